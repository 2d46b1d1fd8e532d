// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.4;

import {IReserveFeed} from "./IReserveFeed.sol";

/// @title IReserveFeedFactory
/// @notice Makes feeds. A feed's address follows from its parameters.
/// @dev Warning: anyone may have a feed made for any parameters. That it exists says nothing for it.
/// @dev Warning: rely on a feed only where its address is the one that `feedOf` returns for parameters that you chose.
interface IReserveFeedFactory {
    /// @notice A feed was made.
    event FeedDeployed(
        address indexed feed, address indexed issuer, bytes32 indexed committee, IReserveFeed.Parameters parameters
    );

    /// @notice Thrown when there is no contract at an address that every feed would ask.
    error NotAContract(address place);

    /// @notice Thrown when there is a feed for these parameters.
    error FeedExists(address feed);

    /// @notice Makes the feed for these parameters.
    function deploy(IReserveFeed.Parameters calldata parameters) external returns (address feed);

    /// @notice Returns the address of the feed for these parameters, made or not.
    function feedOf(IReserveFeed.Parameters calldata parameters) external view returns (address feed);

    /// @notice Returns the contracts that every feed asks.
    /// @return registry The issuers' entries.
    /// @return attestations The committees' attestations.
    /// @return liabilityChallenges What refutes an entry by its own liabilities.
    /// @return balanceChallenges What refutes an entry by the chain.
    function sources()
        external
        view
        returns (address registry, address attestations, address liabilityChallenges, address balanceChallenges);

    /// @notice Names the contract and its version.
    function typeAndVersion() external view returns (string memory);
}
