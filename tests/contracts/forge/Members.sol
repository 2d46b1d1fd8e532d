// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttestationRegistry} from "../../../contracts/interfaces/IAttestationRegistry.sol";
import {derived, vm} from "./Cheats.sol";

/// @title Members
/// @notice Keys of accounts, in the order in which a committee has them, and what they sign.
abstract contract Members {
    uint256[] private _secrets;

    function _committee(uint256 size, uint8 threshold) internal returns (IAttestationRegistry.Committee memory) {
        bytes32[] memory members = new bytes32[](size);
        _secrets = new uint256[](size);
        for (uint256 i = 0; i < size; ++i) {
            _insert(members, i, derived(size, i) >> 8);
        }
        return IAttestationRegistry.Committee(IAttestationRegistry.Scheme.ECDSA, threshold, members);
    }

    function _sign(bytes32 digest, uint256 signers) internal view returns (bytes memory signatures) {
        for (uint256 i = 0; i < _secrets.length; ++i) {
            if ((signers >> i) & 1 == 0) continue;
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(_secrets[i], digest);
            signatures = abi.encodePacked(signatures, r, s, v);
        }
    }

    function _count(uint256 bits) internal pure returns (uint256 count) {
        for (; bits != 0; bits >>= 1) {
            count += bits & 1;
        }
    }

    /// @dev Moves those of a higher address up, so that the first `count` and this one ascend.
    function _insert(bytes32[] memory members, uint256 count, uint256 secret) private {
        bytes32 member = bytes32(uint256(uint160(vm.addr(secret))));
        uint256 place = count;
        for (; place > 0 && members[place - 1] > member; --place) {
            (members[place], _secrets[place]) = (members[place - 1], _secrets[place - 1]);
        }
        (members[place], _secrets[place]) = (member, secret);
    }
}
