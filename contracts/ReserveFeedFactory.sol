// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReserveFeed} from "./ReserveFeed.sol";
import {IAttestationRegistry} from "./interfaces/IAttestationRegistry.sol";
import {IChallenges} from "./interfaces/IChallenges.sol";
import {IReserveFeed} from "./interfaces/IReserveFeed.sol";
import {IReserveFeedFactory} from "./interfaces/IReserveFeedFactory.sol";
import {IReserveRegistry} from "./interfaces/IReserveRegistry.sol";

/// @title ReserveFeedFactory
/// @notice Makes feeds; all documentation is on the interface.
contract ReserveFeedFactory is IReserveFeedFactory {
    IReserveRegistry private immutable REGISTRY;
    IAttestationRegistry private immutable ATTESTATIONS;
    IChallenges private immutable LIABILITY_CHALLENGES;
    IChallenges private immutable BALANCE_CHALLENGES;

    /// @inheritdoc IReserveFeedFactory
    string public constant typeAndVersion = "ReserveFeedFactory 1.0.0 (unaudited)";

    constructor(
        IReserveRegistry registry,
        IAttestationRegistry attestations,
        IChallenges liabilityChallenges,
        IChallenges balanceChallenges
    ) {
        _requireCode(address(registry));
        _requireCode(address(attestations));
        _requireCode(address(liabilityChallenges));
        _requireCode(address(balanceChallenges));
        REGISTRY = registry;
        ATTESTATIONS = attestations;
        LIABILITY_CHALLENGES = liabilityChallenges;
        BALANCE_CHALLENGES = balanceChallenges;
    }

    /// @inheritdoc IReserveFeedFactory
    function deploy(IReserveFeed.Parameters calldata parameters) external returns (address feed) {
        feed = feedOf(parameters);
        require(feed.code.length == 0, FeedExists(feed));

        new ReserveFeed{salt: 0}(parameters, _sources());

        emit FeedDeployed(feed, parameters.issuer, parameters.committee, parameters);
    }

    /// @inheritdoc IReserveFeedFactory
    function feedOf(IReserveFeed.Parameters calldata parameters) public view returns (address feed) {
        bytes memory creation = bytes.concat(type(ReserveFeed).creationCode, abi.encode(parameters, _sources()));
        bytes32 digest = keccak256(abi.encodePacked(hex"ff", address(this), bytes32(0), keccak256(creation)));
        return address(uint160(uint256(digest)));
    }

    /// @inheritdoc IReserveFeedFactory
    function sources()
        external
        view
        returns (address registry, address attestations, address liabilityChallenges, address balanceChallenges)
    {
        return (address(REGISTRY), address(ATTESTATIONS), address(LIABILITY_CHALLENGES), address(BALANCE_CHALLENGES));
    }

    function _sources() private view returns (ReserveFeed.Sources memory) {
        return ReserveFeed.Sources(REGISTRY, ATTESTATIONS, LIABILITY_CHALLENGES, BALANCE_CHALLENGES);
    }

    function _requireCode(address place) private view {
        require(place.code.length != 0, NotAContract(place));
    }
}
