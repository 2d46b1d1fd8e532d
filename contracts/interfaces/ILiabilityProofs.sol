// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.4;

import {IChallenges} from "./IChallenges.sol";
import {IReserveRegistry} from "./IReserveRegistry.sol";

/// @title ILiabilityProofs
/// @notice Computes what a customer's inclusion proof implies, and remembers which issuers' own commitments were
/// proven to contradict themselves.
/// @dev The tree is `por-sum-sha256-v1`, see `por/spec/liability-tree.md`. The views are those of
/// `por/proofs/inclusion.py`; all but `inclusion` read nothing from the chain, and can be run by `eth_call` with the
/// code of this contract put at any address.
/// @dev Warning: a computed root shows nothing until it is compared with one that the registry has, and the registry's
/// with an issuer that the reader knows.
/// @dev Warning: the id digest has to come from the customer, never from the proof. Otherwise one record can be shown
/// to many customers.
/// @dev Warning: that one record is in the tree does not show that others are, nor that all debts are listed.
/// @dev Warning: whoever sends an inclusion proof in a transaction makes its amounts public for ever. Use `eth_call`,
/// and a node that may know them.
interface ILiabilityProofs is IChallenges {
    /// @notice A sibling on the way up, with the sum beside it.
    struct PathStep {
        bytes32 hash;
        uint128 sum;
    }

    /// @notice What opens one record.
    /// @param key The record key.
    /// @param amount The amount in base units.
    /// @param index The leaf's place, from 0; its bits are the sides, that of the leaf level first.
    /// @param path The siblings, leaf level first.
    struct Record {
        bytes32 key;
        uint128 amount;
        uint256 index;
        PathStep[] path;
    }

    /// @notice Where a committed root stands under a commitments root.
    /// @param position Its place, from 0.
    /// @param count The number of committed roots.
    /// @param path The RFC 6962 audit path, leaf level first.
    struct Opening {
        uint256 position;
        uint256 count;
        bytes32[] path;
    }

    /// @notice What a committed root is the hash of.
    struct CommittedTree {
        bytes32 context;
        uint8 depth;
        uint128 total;
        bytes32 top;
    }

    /// @notice What an inner node is the hash of.
    struct Node {
        bytes32 leftHash;
        uint128 leftSum;
        bytes32 rightHash;
        uint128 rightSum;
    }

    /// @notice What the last hash of a descent is the hash of.
    enum End {
        Node,
        Leaf,
        EmptyLeaf
    }

    /// @notice Preimages from a committed root down to a sum that is wrong.
    /// @param nodes Inner nodes, the top first.
    /// @param sides Bit i is set where the descent goes from `nodes[i]` to its right child.
    /// @param end What the descent ends with: the last of `nodes`, or a leaf below it.
    /// @param tag The leaf's tag, when it ends with a leaf.
    /// @param amount The leaf's amount, when it ends with a leaf.
    struct Descent {
        Node[] nodes;
        uint256 sides;
        End end;
        bytes32 tag;
        uint128 amount;
    }

    /// @notice A claimed holding in a reserve set, and where it stands there.
    /// @param account CAIP-10 text.
    /// @param asset CAIP-19 text.
    struct ReserveClaim {
        bytes account;
        bytes asset;
        uint128 amount;
        Opening opening;
    }

    /// @notice An entry's liability tree was proven to record a sum that is not its child's.
    /// @param root The committed root of the tree.
    /// @param recorded The recorded sum.
    /// @param own The child's own sum.
    /// @param level How many levels below the top the child is; 0 when the recorded sum is the total.
    event SumRefuted(
        bytes32 indexed id, address indexed issuer, bytes32 indexed root, uint128 recorded, uint256 own, uint256 level
    );

    /// @notice Somebody showed that two issuers list the same account.
    /// @dev Warning: this accuses nobody and changes nothing else. Anyone can list somebody else's accounts, without a
    /// control proof; only the control proofs tell whose the account is.
    /// @param account keccak256 of the account's CAIP-10 text.
    event AccountDisputed(
        bytes32 indexed account, bytes32 indexed firstId, bytes32 indexed secondId, address first, address second
    );

    /// @notice Thrown when an opening leads to another root than the one that was anchored.
    error RootNotAnchored(bytes32 implied, bytes32 anchored);

    /// @notice Thrown when a preimage is not that of the hash which stands there.
    /// @param level How many levels below the top it should be.
    error NotPreimage(uint256 level);

    /// @notice Thrown when a descent has no inner node and no leaf, or more of them than the tree has levels.
    error DescentDoesNotFit(uint256 nodes, uint256 depth);

    /// @notice Thrown when the sum is right after all.
    error SumsAgree(uint256 sum);

    /// @notice Thrown when an issuer is said to be in dispute with itself.
    error SameIssuer(address issuer);

    /// @notice Thrown when two claims are about different accounts.
    error AccountsDiffer();

    /// @notice Returns the registry whose entries are meant.
    function REGISTRY() external view returns (IReserveRegistry);

    /// @notice Names the contract and its version.
    function typeAndVersion() external view returns (string memory);

    /// @notice Folds a leaf upwards; sides come from the bits of `index`.
    /// @dev Reverts with `MerkleSum.PathTooLong`, `IndexBeyondPath` or `SumOverflow`.
    /// @return top The top hash.
    /// @return total The sum of all leaves.
    function fold(bytes32 leaf, uint128 amount, uint256 index, PathStep[] calldata path)
        external
        view
        returns (bytes32 top, uint128 total);

    /// @notice Computes the commitment that a record implies.
    /// @param context The tree's context, which binds scheme, issuer, snapshot, segment, asset and decimals.
    /// @param idDigest The digest of the account id that the customer brings.
    /// @return root The committed root.
    /// @return total The tree's total in base units.
    /// @return depth The tree's depth.
    function impliedCommitment(bytes32 context, bytes32 idDigest, Record calldata record)
        external
        view
        returns (bytes32 root, uint128 total, uint8 depth);

    /// @notice Computes the commitments root that an opening of a committed root implies.
    /// @dev Reverts with `Rfc6962.NoSuchEntry` or `OpeningDoesNotFit`.
    function impliedCommitmentsRoot(bytes32 root, Opening calldata opening) external view returns (bytes32);

    /// @notice Computes what a record implies and requires that the registry has it.
    /// @return id The entry's id.
    /// @return root The committed root.
    /// @return total The tree's total in base units.
    /// @return depth The tree's depth.
    function inclusion(
        IReserveRegistry.AnchorPreimage calldata anchor,
        bytes32 context,
        bytes32 idDigest,
        Record calldata record,
        Opening calldata opening
    ) external view returns (bytes32 id, bytes32 root, uint128 total, uint8 depth);

    /// @notice Shows that a tree of an entry records a sum which is not that of the child, and marks the entry.
    /// @dev Warning: what is decided is whether the issuer's own hashes agree with each other. A tree whose sums agree
    /// may leave customers out.
    /// @param tree The preimage of the committed root.
    /// @param opening The place of the committed root under the anchored commitments root.
    function refuteSum(
        IReserveRegistry.AnchorPreimage calldata anchor,
        CommittedTree calldata tree,
        Opening calldata opening,
        Descent calldata descent
    ) external;

    /// @notice Shows that two entries of different issuers list one account. Emits `AccountDisputed`; nothing more.
    function dispute(
        IReserveRegistry.AnchorPreimage calldata first,
        ReserveClaim calldata firstClaim,
        IReserveRegistry.AnchorPreimage calldata second,
        ReserveClaim calldata secondClaim
    ) external;
}
