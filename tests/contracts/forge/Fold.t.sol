// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILiabilityProofs} from "../../../contracts/interfaces/ILiabilityProofs.sol";
import {PlainMerkleSum} from "../solidity/PlainMerkleSum.sol";
import {derived} from "./Cheats.sol";

/// @title FoldTest
/// @notice The tuned fold is the plain one, on every path, also on those that are to be refused.
contract FoldTest {
    uint256 private constant MAX_DEPTH = 40;

    PlainMerkleSum private immutable TWINS = new PlainMerkleSum();

    function testFuzz_theTunedFoldIsThePlainOne(uint256 seed, uint8 levels, uint8 bits, uint256 index, bool inside)
        external
        view
    {
        ILiabilityProofs.PathStep[] memory path = _path(seed, levels % (MAX_DEPTH + 3), bits);
        if (inside) index %= 1 << path.length;
        uint128 amount = _sum(seed, 1, bits);
        bytes memory arguments = abi.encode(bytes32(seed), amount, index, path);
        (bool plainly, bytes memory plain) = _asked(TWINS.fold.selector, arguments);
        (bool tunedly, bytes memory tuned) = _asked(TWINS.tuned.selector, arguments);
        require(plainly == tunedly, "one refuses what the other takes");
        require(!plainly || keccak256(plain) == keccak256(tuned), "they lead to different tops");
    }

    function testFuzz_theTotalIsTheLeafAndAllItsSiblings(uint256 seed, uint8 levels, uint256 index) external view {
        ILiabilityProofs.PathStep[] memory path = _path(seed, levels % (MAX_DEPTH + 1), 120);
        uint128 amount = _sum(seed, 1, 120);
        uint256 expected = amount;
        for (uint256 i = 0; i < path.length; ++i) {
            expected += path[i].sum;
        }
        (, uint128 total) = TWINS.tuned(bytes32(seed), amount, index % (1 << path.length), path);
        require(total == expected, "the total is not the sum of its parts");
    }

    function testFuzz_aTotalBeyond128BitsIsRefused(uint256 seed, uint8 levels, uint256 index, uint8 place)
        external
        view
    {
        ILiabilityProofs.PathStep[] memory path = _path(seed, levels % MAX_DEPTH + 1, 100);
        uint128 amount = _sum(seed, 1, 100) + 1;
        path[place % path.length].sum = type(uint128).max - amount + 1;
        (bool taken,) =
            _asked(TWINS.tuned.selector, abi.encode(bytes32(seed), amount, index % (1 << path.length), path));
        require(!taken, "a sum that wraps was taken");
    }

    function testFuzz_t01_coinsMovedFromOneSumToAnotherLeadElsewhere(
        uint256 seed,
        uint8 levels,
        uint256 index,
        uint8 place,
        uint96 moved
    ) external view {
        ILiabilityProofs.PathStep[] memory path = _path(seed, levels % MAX_DEPTH + 1, 100);
        index %= 1 << path.length;
        uint128 amount = _sum(seed, 1, 100);
        (bytes32 top, uint128 total) = TWINS.tuned(bytes32(seed), amount, index, path);
        uint128 coins = uint128(moved) + 1;
        path[place % path.length].sum += coins;
        (bytes32 richer,) = TWINS.tuned(bytes32(seed), amount, index, path);
        require(richer != top, "a sibling's sum is not bound");
        if (coins > amount) return;
        (bytes32 balanced, uint128 same) = TWINS.tuned(bytes32(seed), amount - coins, index, path);
        require(same == total, "the total moved");
        require(balanced != top, "the leaf's sum is not bound");
    }

    function testFuzz_t17_anotherPlaceLeadsElsewhere(uint256 seed, uint8 levels, uint256 index, uint256 other)
        external
        view
    {
        ILiabilityProofs.PathStep[] memory path = _path(seed, levels % MAX_DEPTH + 1, 100);
        index %= 1 << path.length;
        other %= 1 << path.length;
        if (other == index) other ^= 1;
        (bytes32 top,) = TWINS.tuned(bytes32(seed), 1, index, path);
        (bytes32 moved,) = TWINS.tuned(bytes32(seed), 1, other, path);
        require(moved != top, "the place is not bound");
    }

    function _asked(bytes4 selector, bytes memory arguments) private view returns (bool taken, bytes memory answer) {
        return address(TWINS).staticcall(bytes.concat(selector, arguments));
    }

    function _path(uint256 seed, uint256 levels, uint8 bits)
        private
        pure
        returns (ILiabilityProofs.PathStep[] memory path)
    {
        path = new ILiabilityProofs.PathStep[](levels);
        for (uint256 i = 0; i < levels; ++i) {
            path[i] = ILiabilityProofs.PathStep(bytes32(derived(seed, 2 * i + 2)), _sum(seed, 2 * i + 3, bits));
        }
    }

    /// @dev A sum of at most that many bits, and never more than 128.
    function _sum(uint256 seed, uint256 number, uint8 bits) private pure returns (uint128) {
        return uint128(derived(seed, number) >> (bits > 128 ? 128 : 256 - bits));
    }
}
