// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReserveRegistry} from "./interfaces/IReserveRegistry.sol";
import {AnchorId} from "./lib/AnchorId.sol";

/// @title ReserveRegistry
/// @notice Keeps what issuers anchored; all documentation is on the interface.
contract ReserveRegistry is IReserveRegistry {
    /// @dev One slot. The newest id is that of the newest sequence.
    struct Head {
        uint64 sequence;
        uint64 instant;
        uint64 anchoredAt;
    }

    uint256 private constant MAX_TOTALS = 4096;

    /// @inheritdoc IReserveRegistry
    string public constant typeAndVersion = "ReserveRegistry 1.0.0 (unaudited)";

    mapping(address issuer => Head) private _heads;

    /// @inheritdoc IReserveRegistry
    mapping(address issuer => mapping(uint64 sequence => bytes32 id)) public idAt;

    /// @inheritdoc IReserveRegistry
    mapping(address issuer => mapping(uint64 sequence => uint64 correction)) public supersededBy;

    /// @inheritdoc IReserveRegistry
    function anchor(Anchor calldata entry, AssetTotal[] calldata totals) external returns (bytes32 id) {
        Head memory newest = _heads[msg.sender];
        _requireDigests(entry);
        _requireInstant(entry, newest);
        _requireAscending(totals);

        uint64 sequence = newest.sequence + 1;
        bytes32 previousId = idAt[msg.sender][newest.sequence];
        id = AnchorId.compute(msg.sender, sequence, previousId, entry, keccak256(abi.encode(totals)));

        idAt[msg.sender][sequence] = id;
        if (entry.supersedes != 0) supersededBy[msg.sender][entry.supersedes] = sequence;
        _heads[msg.sender] = Head(sequence, entry.instant, uint64(block.timestamp));

        emit Anchored(msg.sender, sequence, id, previousId, entry, totals);
    }

    /// @inheritdoc IReserveRegistry
    function head(address issuer)
        external
        view
        returns (bytes32 id, uint64 sequence, uint64 instant, uint64 anchoredAt)
    {
        Head memory newest = _heads[issuer];
        return (idAt[issuer][newest.sequence], newest.sequence, newest.instant, newest.anchoredAt);
    }

    function _requireDigests(Anchor calldata entry) private pure {
        bool missing = entry.commitmentsRoot == 0 || entry.bundleDigest == 0 || entry.reserveSetRoot == 0;
        require(!missing, ZeroDigest());
    }

    function _requireInstant(Anchor calldata entry, Head memory newest) private view {
        if (entry.supersedes == 0) {
            require(entry.instant > newest.instant, InstantNotLater(entry.instant, newest.instant));
            require(entry.instant <= block.timestamp, InstantInFuture(entry.instant, block.timestamp));
        } else {
            require(entry.supersedes == newest.sequence, NotNewest(entry.supersedes, newest.sequence));
            require(entry.instant == newest.instant, InstantNotSame(entry.instant, newest.instant));
        }
    }

    function _requireAscending(AssetTotal[] calldata totals) private pure {
        require(totals.length > 0 && totals.length <= MAX_TOTALS, TotalCount(totals.length));
        for (uint256 i = 1; i < totals.length; ++i) {
            require(totals[i].asset > totals[i - 1].asset, AssetsNotAscending(i));
        }
    }
}
