// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReserveRegistry} from "../interfaces/IReserveRegistry.sol";

/// @title AnchorId
/// @notice Computes the id of a registry entry.
library AnchorId {
    /// @notice Thrown when the registry does not have the entry that was handed in.
    error NotAnchored(bytes32 id);

    /// @notice Computes an id from all that it binds.
    function compute(
        address issuer,
        uint64 sequence,
        bytes32 previousId,
        IReserveRegistry.Anchor calldata entry,
        bytes32 totalsDigest
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(issuer, sequence, previousId, entry, totalsDigest));
    }

    /// @notice Computes the id of an entry that was handed in, and requires that the registry has it.
    function requireAnchored(IReserveRegistry registry, IReserveRegistry.AnchorPreimage calldata anchor)
        internal
        view
        returns (bytes32 id)
    {
        id = compute(anchor.issuer, anchor.sequence, anchor.previousId, anchor.entry, anchor.totalsDigest);
        require(registry.idAt(anchor.issuer, anchor.sequence) == id, NotAnchored(id));
    }
}
