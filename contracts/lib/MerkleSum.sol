// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILiabilityProofs} from "../interfaces/ILiabilityProofs.sol";

/// @title MerkleSum
/// @notice Computes the hashes of the liability tree `por-sum-sha256-v1` (`por/spec/liability-tree.md`).
library MerkleSum {
    /// @notice Thrown when a path has more levels than a tree may have.
    error PathTooLong(uint256 levels);

    /// @notice Thrown when no leaf of a tree as deep as the path has this index.
    error IndexBeyondPath(uint256 index, uint256 levels);

    /// @notice Thrown when a sum is 2^128 or more.
    /// @param level The level below which it would stand, from 1.
    error SumOverflow(uint256 level);

    uint256 internal constant MAX_DEPTH = 40;

    /// @notice Binds a record to its tree and its account.
    function recordTag(bytes32 key, bytes32 context, bytes32 idDigest) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x03), key, context, idDigest));
    }

    /// @notice Hashes a leaf; the sum beside it is `amount`.
    function leafHash(bytes32 tag, uint128 amount) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x00), tag, amount));
    }

    /// @notice Hashes an empty leaf; the sum beside it is 0.
    function emptyLeaf() internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x02)));
    }

    /// @notice Hashes an inner node, which binds both children's sums.
    function nodeHash(bytes32 leftHash, uint128 leftSum, bytes32 rightHash, uint128 rightSum)
        internal
        pure
        returns (bytes32)
    {
        return sha256(abi.encodePacked(bytes1(0x01), leftHash, leftSum, rightHash, rightSum));
    }

    /// @notice Hashes what the issuer commits to.
    function committedRoot(bytes32 context, uint8 depth, uint128 total, bytes32 top) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x07), context, depth, total, top));
    }

    /// @notice Folds a leaf upwards; sides come from the bits of `index`, that of the leaf level first.
    /// @dev The same as `PlainMerkleSum.fold` of the tests, which is written for the reader. Every node is hashed in
    /// one buffer of 97 bytes behind the free memory: tag, left hash, left sum, right hash, right sum. A sum is stored
    /// as a word of which the hash, stored next, covers the upper half; so each sum goes before its hash, and the
    /// right child before the left.
    function fold(bytes32 leaf, uint128 amount, uint256 index, ILiabilityProofs.PathStep[] calldata path)
        internal
        view
        returns (bytes32 top, uint128 total)
    {
        uint256 levels = path.length;
        require(levels <= MAX_DEPTH, PathTooLong(levels));
        require(index >> levels == 0, IndexBeyondPath(index, levels));
        uint256 wrong;
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore8(buffer, 0x01)
            mstore(0x00, leaf)
            total := amount
            let step := path.offset
            for { let level := 0 } lt(level, levels) { level := add(level, 1) } {
                let sum := calldataload(add(step, 0x20))
                switch and(shr(level, index), 1)
                case 0 {
                    mstore(add(buffer, 65), sum)
                    mstore(add(buffer, 49), calldataload(step))
                    mstore(add(buffer, 17), total)
                    mstore(add(buffer, 1), mload(0x00))
                }
                default {
                    mstore(add(buffer, 65), total)
                    mstore(add(buffer, 49), mload(0x00))
                    mstore(add(buffer, 17), sum)
                    mstore(add(buffer, 1), calldataload(step))
                }
                total := add(total, sum)
                // Both are checked at once: a sum of 2^128 or more makes the total so, or lets it wrap to below itself.
                if or(shr(128, total), shr(128, sum)) {
                    wrong := add(level, 1)
                    break
                }
                if iszero(staticcall(gas(), 0x02, buffer, 97, 0x00, 0x20)) { revert(0x00, 0x00) }
                step := add(step, 0x40)
            }
            top := mload(0x00)
        }
        require(wrong == 0, SumOverflow(wrong));
    }
}
