// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILiabilityProofs} from "../../../contracts/interfaces/ILiabilityProofs.sol";
import {MerkleSum} from "../../../contracts/lib/MerkleSum.sol";

/// @title PlainMerkleSum
/// @notice The fold as one reads it, to compare the tuned one with.
contract PlainMerkleSum {
    function fold(bytes32 leaf, uint128 amount, uint256 index, ILiabilityProofs.PathStep[] calldata path)
        public
        pure
        returns (bytes32 top, uint128 total)
    {
        require(path.length <= 40, "too long");
        require(index < 2 ** path.length, "beyond the path");
        (top, total) = (leaf, amount);
        for (uint256 level = 0; level < path.length; ++level) {
            ILiabilityProofs.PathStep calldata step = path[level];
            top = (index >> level) & 1 == 0
                ? sha256(abi.encodePacked(uint8(1), top, total, step.hash, step.sum))
                : sha256(abi.encodePacked(uint8(1), step.hash, step.sum, top, total));
            total += step.sum;
        }
    }

    function tuned(bytes32 leaf, uint128 amount, uint256 index, ILiabilityProofs.PathStep[] calldata path)
        public
        view
        returns (bytes32 top, uint128 total)
    {
        return MerkleSum.fold(leaf, amount, index, path);
    }

    /// @notice Folds many paths in both ways; zeros stand for what is refused.
    function foldAll(Case[] calldata cases) external view returns (Result[] memory plain, Result[] memory fast) {
        plain = new Result[](cases.length);
        fast = new Result[](cases.length);
        for (uint256 i = 0; i < cases.length; ++i) {
            Case calldata each = cases[i];
            try this.fold(each.leaf, each.amount, each.index, each.path) returns (bytes32 top, uint128 total) {
                plain[i] = Result(true, top, total);
            } catch {}
            try this.tuned(each.leaf, each.amount, each.index, each.path) returns (bytes32 top, uint128 total) {
                fast[i] = Result(true, top, total);
            } catch {}
        }
    }

    struct Case {
        bytes32 leaf;
        uint128 amount;
        uint256 index;
        ILiabilityProofs.PathStep[] path;
    }

    struct Result {
        bool accepted;
        bytes32 top;
        uint128 total;
    }
}
