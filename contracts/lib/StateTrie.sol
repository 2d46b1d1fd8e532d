// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bytes} from "@openzeppelin/contracts/utils/Bytes.sol";
import {Memory} from "@openzeppelin/contracts/utils/Memory.sol";
import {RLP} from "@openzeppelin/contracts/utils/RLP.sol";
import {TrieProof} from "@openzeppelin/contracts/utils/cryptography/TrieProof.sol";

/// @title StateTrie
/// @notice Reads balances out of a state trie, also that of an account which is not there.
/// @dev All keys of a state trie have 32 bytes, and no account is short enough to be kept inside its parent node. So
/// nodes are named by hashes throughout, and the proof of an account that is there ends with a leaf.
library StateTrie {
    using Bytes for bytes;
    using Memory for Memory.Slice;
    using RLP for Memory.Slice;

    /// @notice Thrown when trie nodes do not lead from the state root to the account, or to where it would be.
    error InvalidAccountProof(TrieProof.ProofError reason);

    uint256 private constant ACCOUNT_ITEMS = 4;
    uint256 private constant BALANCE = 1;

    /// @notice Computes an account's balance in the state with this root; 0 when the nodes show that it has none.
    function balanceOf(bytes32 stateRoot, address account, bytes[] memory nodes) internal pure returns (uint256) {
        bytes memory key = bytes.concat(keccak256(abi.encodePacked(account)));
        if (_endsWithBranch(nodes)) {
            _requireEmptySlot(stateRoot, key.toNibbles(), nodes);
            return 0;
        }
        (bytes memory value, TrieProof.ProofError wrong) = TrieProof.tryTraverse(stateRoot, key, nodes);
        // The node belongs here and leads elsewhere: below it there is no such key.
        if (wrong == TrieProof.ProofError.INVALID_PATH_REMAINDER) return 0;
        require(wrong == TrieProof.ProofError.NO_ERROR, InvalidAccountProof(wrong));
        Memory.Slice[] memory items = RLP.decodeList(value);
        require(items.length == ACCOUNT_ITEMS, InvalidAccountProof(TrieProof.ProofError.UNPARSEABLE_NODE));
        return items[BALANCE].readUint256();
    }

    function _endsWithBranch(bytes[] memory nodes) private pure returns (bool) {
        return nodes.length > 0 && RLP.decodeList(nodes[nodes.length - 1]).length == TrieProof.BRANCH_NODE_LENGTH;
    }

    /// @dev Follows the path down to a branch that has nothing where it would go on, which `TrieProof` cannot tell.
    function _requireEmptySlot(bytes32 stateRoot, bytes memory path, bytes[] memory nodes) private pure {
        bytes32 expected = stateRoot;
        uint256 depth = 0;
        for (uint256 i = 0; i < nodes.length; ++i) {
            require(keccak256(nodes[i]) == expected, InvalidAccountProof(TrieProof.ProofError.INVALID_LARGE_NODE));
            Memory.Slice[] memory items = RLP.decodeList(nodes[i]);
            Memory.Slice child;
            if (items.length == TrieProof.BRANCH_NODE_LENGTH) {
                child = items[uint8(path[depth])];
                ++depth;
            } else {
                child = items[1];
                depth = _requireExtension(items[0].readBytes().toNibbles(), path, depth);
            }
            // An empty slot is the empty string and reads as 0, which is no node's hash.
            expected = child.readBytes32();
        }
        require(expected == 0, InvalidAccountProof(TrieProof.ProofError.INVALID_PROOF));
    }

    /// @dev Requires that an extension leads along the path; returns the depth of the node below it.
    function _requireExtension(bytes memory extension, bytes memory path, uint256 depth)
        private
        pure
        returns (uint256)
    {
        for (uint256 i = 2 - uint8(extension[0]) % 2; i < extension.length; ++i) {
            bool along = extension[i] == path[depth];
            require(along, InvalidAccountProof(TrieProof.ProofError.INVALID_PATH_REMAINDER));
            ++depth;
        }
        return depth;
    }
}
