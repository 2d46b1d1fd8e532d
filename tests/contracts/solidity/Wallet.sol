// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Wallet
/// @notice A member that is a contract and answers ERC-1271 in the way it was made for.
contract Wallet {
    enum Manner {
        HONEST,
        ALWAYS_YES,
        ALWAYS_NO,
        SHORT_YES,
        DIRTY_YES,
        REVERTS,
        BURNS_GAS,
        LONG_NO,
        LONG_YES
    }

    bytes4 private constant YES = 0x1626ba7e;

    address private immutable OWNER;
    Manner public manner;

    constructor(address owner, Manner manner_) {
        OWNER = owner;
        manner = manner_;
    }

    function become(Manner manner_) external {
        manner = manner_;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        Manner now_ = manner;
        if (now_ == Manner.ALWAYS_YES) return YES;
        if (now_ == Manner.ALWAYS_NO) return 0xffffffff;
        require(now_ != Manner.REVERTS, "no");
        while (now_ == Manner.BURNS_GAS) {}
        uint256 answer = uint256(bytes32(YES));
        assembly {
            if eq(now_, 3) {
                mstore(0, answer)
                return(0, 4)
            }
            if eq(now_, 4) {
                mstore(0, or(answer, 1))
                return(0, 32)
            }
            if eq(now_, 7) { return(0x1000, 20000) }
            if eq(now_, 8) {
                mstore(0x1000, answer)
                return(0x1000, 20000)
            }
        }
        if (signature.length != 65) return 0xffffffff;
        address signer = ecrecover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
        return signer == OWNER ? YES : bytes4(0xffffffff);
    }
}
