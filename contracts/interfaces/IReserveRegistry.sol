// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.4;

/// @title IReserveRegistry
/// @notice An append-only, hash-chained list of what each issuer published, which nobody can rewrite.
/// @dev An entry is stored as its id alone. Whoever needs its fields takes them from the event `Anchored` and hands
/// them back, and the id tells whether they are right.
/// @dev Warning: nothing that an entry says is verified here. That an entry exists shows who published it, when and
/// in which order, and that all readers see the same one. It does not show that reserves or liabilities are true.
/// @dev Warning: any address may anchor anything, also another issuer's bundle. An address is an issuer only for
/// those who bound it to one elsewhere: by the issuer's own bundle and domain.
/// @dev Warning: an address is an issuer on every chain on which its owner can act. A contract's address on another
/// chain may be another owner's.
/// @dev Warning: there is no owner, no pause and no upgrade. An issuer whose key is stolen cannot take an entry back.
interface IReserveRegistry {
    /// @notice What an issuer says it owes and holds of one asset, in base units.
    /// @param asset keccak256 of the asset's CAIP-19 text.
    /// @param liabilities The committed totals of all segments that are not debts, added up.
    /// @param reserves The claimed holdings of accounts that are for customers.
    struct AssetTotal {
        bytes32 asset;
        uint128 liabilities;
        uint128 reserves;
    }

    /// @notice What an issuer publishes for one instant.
    /// @param instant The snapshot, in seconds since 1970.
    /// @param snapshotChainId The EVM chain whose snapshot block is named here; 0 for none.
    /// @param snapshotBlock The number of the snapshot block.
    /// @param snapshotBlockHash The hash of the snapshot block.
    /// @param commitmentsRoot The RFC 6962 root over the committed roots of all liability trees.
    /// @param bundleDigest SHA-256 of the bundle.
    /// @param reserveSetRoot The RFC 6962 root over the claimed holdings, see `lib/ReserveSet.sol`.
    /// @param supersedes The sequence of the entry that this one corrects; 0 for none.
    struct Anchor {
        uint64 instant;
        uint64 snapshotChainId;
        uint64 snapshotBlock;
        bytes32 snapshotBlockHash;
        bytes32 commitmentsRoot;
        bytes32 bundleDigest;
        bytes32 reserveSetRoot;
        uint64 supersedes;
    }

    /// @notice All that an entry's id is computed from.
    /// @param totalsDigest keccak256(abi.encode(totals)).
    struct AnchorPreimage {
        address issuer;
        uint64 sequence;
        bytes32 previousId;
        Anchor entry;
        bytes32 totalsDigest;
    }

    /// @notice An issuer anchored an entry.
    /// @param id keccak256(abi.encode(issuer, sequence, previousId, entry, keccak256(abi.encode(totals)))).
    /// @param previousId The id of the issuer's entry before this one; 0 for the first.
    event Anchored(
        address indexed issuer,
        uint64 indexed sequence,
        bytes32 indexed id,
        bytes32 previousId,
        Anchor entry,
        AssetTotal[] totals
    );

    /// @notice Thrown when the commitments root, the bundle digest or the reserve-set root is zero.
    error ZeroDigest();

    /// @notice Thrown when the instant lies after the block in which it would be anchored.
    error InstantInFuture(uint64 instant, uint256 timestamp);

    /// @notice Thrown when an entry that corrects nothing is not later than the issuer's newest entry.
    error InstantNotLater(uint64 instant, uint64 newest);

    /// @notice Thrown when a correction names another entry than the issuer's newest.
    error NotNewest(uint64 supersedes, uint64 newest);

    /// @notice Thrown when a correction has another instant than the entry that it corrects.
    error InstantNotSame(uint64 instant, uint64 corrected);

    /// @notice Thrown when there is no total at all, or more than 4,096: readers bound what they read.
    error TotalCount(uint256 totals);

    /// @notice Thrown when the totals do not ascend strictly by asset.
    /// @param position The place of the first total that is not above the one before it, from 0.
    error AssetsNotAscending(uint256 position);

    /// @notice Appends an entry to the caller's list.
    /// @param entry Has a later instant than the caller's newest entry and `supersedes` 0; or has the same instant and
    /// in `supersedes` the sequence of the newest entry, which it corrects.
    /// @param totals One for each asset, ascending strictly by asset; at most 4,096.
    /// @dev Warning: only the newest snapshot can be corrected. Once a later one is anchored, the earlier stands.
    /// @dev Warning: the corrected entry stays in the list, and attestations of it stay what they are. See
    /// `supersededBy`.
    /// @return id The id of the new entry.
    function anchor(Anchor calldata entry, AssetTotal[] calldata totals) external returns (bytes32 id);

    /// @notice Returns an issuer's newest entry; all zero for an address that never anchored.
    /// @return id Its id.
    /// @return sequence Its sequence, counted from 1.
    /// @return instant Its instant.
    /// @return anchoredAt The timestamp of the block in which it was anchored.
    function head(address issuer) external view returns (bytes32 id, uint64 sequence, uint64 instant, uint64 anchoredAt);

    /// @notice Returns the sequence of the entry that corrects an issuer's entry; 0 while none does.
    function supersededBy(address issuer, uint64 sequence) external view returns (uint64 correction);

    /// @notice Returns the id of an issuer's entry; 0 for a sequence that is not there.
    function idAt(address issuer, uint64 sequence) external view returns (bytes32 id);

    /// @notice Names the contract and its version.
    function typeAndVersion() external view returns (string memory);
}
