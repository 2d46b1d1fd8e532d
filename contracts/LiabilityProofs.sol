// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IChallenges} from "./interfaces/IChallenges.sol";
import {ILiabilityProofs} from "./interfaces/ILiabilityProofs.sol";
import {IReserveRegistry} from "./interfaces/IReserveRegistry.sol";
import {AnchorId} from "./lib/AnchorId.sol";
import {MerkleSum} from "./lib/MerkleSum.sol";
import {ReserveSet} from "./lib/ReserveSet.sol";
import {Rfc6962} from "./lib/Rfc6962.sol";

/// @title LiabilityProofs
/// @notice Computes what inclusion proofs imply; all documentation is on the interface.
contract LiabilityProofs is ILiabilityProofs {
    /// @inheritdoc ILiabilityProofs
    IReserveRegistry public immutable REGISTRY;

    /// @inheritdoc ILiabilityProofs
    string public constant typeAndVersion = "LiabilityProofs 1.0.0 (unaudited)";

    /// @inheritdoc IChallenges
    mapping(bytes32 id => bool) public refuted;

    /// @dev Binds the contract to a registry for ever.
    constructor(IReserveRegistry registry) {
        REGISTRY = registry;
    }

    /* WHAT A PROOF IMPLIES */

    /// @inheritdoc ILiabilityProofs
    function fold(bytes32 leaf, uint128 amount, uint256 index, PathStep[] calldata path)
        external
        view
        returns (bytes32 top, uint128 total)
    {
        return MerkleSum.fold(leaf, amount, index, path);
    }

    /// @inheritdoc ILiabilityProofs
    function impliedCommitment(bytes32 context, bytes32 idDigest, Record calldata record)
        public
        view
        returns (bytes32 root, uint128 total, uint8 depth)
    {
        bytes32 leaf = MerkleSum.leafHash(MerkleSum.recordTag(record.key, context, idDigest), record.amount);
        bytes32 top;
        (top, total) = MerkleSum.fold(leaf, record.amount, record.index, record.path);
        // The fold refused what is longer than 40 levels.
        depth = uint8(record.path.length);
        root = MerkleSum.committedRoot(context, depth, total, top);
    }

    /// @inheritdoc ILiabilityProofs
    function impliedCommitmentsRoot(bytes32 root, Opening calldata opening) public pure returns (bytes32) {
        return Rfc6962.impliedRoot(root, opening.position, opening.count, opening.path);
    }

    /// @inheritdoc ILiabilityProofs
    function inclusion(
        IReserveRegistry.AnchorPreimage calldata anchor,
        bytes32 context,
        bytes32 idDigest,
        Record calldata record,
        Opening calldata opening
    ) external view returns (bytes32 id, bytes32 root, uint128 total, uint8 depth) {
        id = AnchorId.requireAnchored(REGISTRY, anchor);
        (root, total, depth) = impliedCommitment(context, idDigest, record);
        _requireOpens(root, opening, anchor.entry.commitmentsRoot);
    }

    /* CHALLENGES */

    /// @inheritdoc ILiabilityProofs
    function refuteSum(
        IReserveRegistry.AnchorPreimage calldata anchor,
        CommittedTree calldata tree,
        Opening calldata opening,
        Descent calldata descent
    ) external {
        bytes32 id = AnchorId.requireAnchored(REGISTRY, anchor);
        require(!refuted[id], AlreadyRefuted(id));
        bytes32 root = MerkleSum.committedRoot(tree.context, tree.depth, tree.total, tree.top);
        _requireOpens(root, opening, anchor.entry.commitmentsRoot);
        (uint128 recorded, uint256 own, uint256 level) = _lastSums(tree, descent);
        require(recorded != own, SumsAgree(own));

        refuted[id] = true;

        emit SumRefuted(id, anchor.issuer, root, recorded, own, level);
    }

    /// @inheritdoc ILiabilityProofs
    function dispute(
        IReserveRegistry.AnchorPreimage calldata first,
        ReserveClaim calldata firstClaim,
        IReserveRegistry.AnchorPreimage calldata second,
        ReserveClaim calldata secondClaim
    ) external {
        require(first.issuer != second.issuer, SameIssuer(first.issuer));
        bytes32 account = keccak256(firstClaim.account);
        require(account == keccak256(secondClaim.account), AccountsDiffer());
        bytes32 firstId = _requireClaimed(first, firstClaim);
        bytes32 secondId = _requireClaimed(second, secondClaim);

        emit AccountDisputed(account, firstId, secondId, first.issuer, second.issuer);
    }

    /// @dev Goes down from the top; returns the sum recorded for the end of the descent, the end's own, and its level.
    function _lastSums(CommittedTree calldata tree, Descent calldata descent)
        private
        pure
        returns (uint128 recorded, uint256 own, uint256 level)
    {
        level = _endLevel(descent, tree.depth);
        bytes32 expected = tree.top;
        recorded = tree.total;
        for (uint256 i = 0; i < level; ++i) {
            Node calldata node = descent.nodes[i];
            require(_nodeHash(node) == expected, NotPreimage(i));
            bool right = descent.sides >> i & 1 == 1;
            (expected, recorded) = right ? (node.rightHash, node.rightSum) : (node.leftHash, node.leftSum);
        }
        bytes32 hash;
        (hash, own) = _endHash(descent);
        require(hash == expected, NotPreimage(level));
    }

    /// @dev Leaves stand below all inner nodes; an inner node that ends a descent is the last of them.
    function _endLevel(Descent calldata descent, uint256 depth) private pure returns (uint256) {
        uint256 count = descent.nodes.length;
        bool leaf = descent.end != End.Node;
        require(leaf ? count == depth : count > 0 && count <= depth, DescentDoesNotFit(count, depth));
        return leaf ? count : count - 1;
    }

    function _endHash(Descent calldata descent) private pure returns (bytes32 hash, uint256 sum) {
        if (descent.end == End.EmptyLeaf) return (MerkleSum.emptyLeaf(), 0);
        if (descent.end == End.Leaf) return (MerkleSum.leafHash(descent.tag, descent.amount), descent.amount);
        Node calldata node = descent.nodes[descent.nodes.length - 1];
        return (_nodeHash(node), uint256(node.leftSum) + node.rightSum);
    }

    function _nodeHash(Node calldata node) private pure returns (bytes32) {
        return MerkleSum.nodeHash(node.leftHash, node.leftSum, node.rightHash, node.rightSum);
    }

    function _requireClaimed(IReserveRegistry.AnchorPreimage calldata anchor, ReserveClaim calldata claim)
        private
        view
        returns (bytes32 id)
    {
        id = AnchorId.requireAnchored(REGISTRY, anchor);
        bytes32 entry = ReserveSet.claimHash(claim.account, claim.asset, claim.amount);
        _requireOpens(entry, claim.opening, anchor.entry.reserveSetRoot);
    }

    function _requireOpens(bytes32 entry, Opening calldata opening, bytes32 anchored) private pure {
        bytes32 implied = impliedCommitmentsRoot(entry, opening);
        require(implied == anchored, RootNotAnchored(implied, anchored));
    }
}
