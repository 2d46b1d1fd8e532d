// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "../interfaces/AggregatorV3Interface.sol";

/// @title ReserveGate
/// @notice An example: lets a protocol act only while a feed shows an issuer's reserves to be recent and sufficient.
/// @dev The gate fails closed. Whatever it cannot read, it takes for bad news.
/// @dev Warning: a feed that uses up all gas makes every call here fail, and so leaves the gate closed too.
/// @dev Warning: this is an example and has not been audited. Choose the feed by its parameters: issuer, committee,
/// policy and asset. The gate looks at none of them.
/// @dev Warning: between snapshots customers deposit and withdraw. The margin is for that, and for nothing else.
contract ReserveGate {
    /// @notice Why the gate is open or closed.
    enum State {
        OPEN,
        UNREADABLE,
        NOT_POSITIVE,
        IN_FUTURE,
        STALE,
        BELOW_MINIMUM
    }

    uint256 private constant BASIS_POINTS = 10_000;
    uint256 private constant ANSWER_BYTES = 160;

    /// @notice The feed: of kind RATIO, with 8 decimals.
    AggregatorV3Interface public immutable feed;

    /// @notice How old a snapshot may be, in seconds.
    uint256 public immutable maxAge;

    /// @notice The least ratio that opens the gate, with the margin in it; 8 decimals.
    uint256 public immutable requiredRatio;

    /// @notice Thrown by what only an open gate lets through.
    error GateClosed(State state);

    /// @notice Thrown when the feed's answers do not have 8 decimals.
    error WrongDecimals(uint8 decimals);

    /// @notice Thrown when the minimum is 0, which every answer would reach.
    error NoMinimum();

    /// @notice Lets through only while the gate is open.
    modifier whenBacked() {
        State state = check();
        require(state == State.OPEN, GateClosed(state));
        _;
    }

    /// @param minimumRatio What reserves must be of liabilities, 8 decimals: 100000000 is as much as is owed.
    /// @param margin What must be there besides, in basis points of the minimum.
    constructor(AggregatorV3Interface ratioFeed, uint256 secondsOld, uint256 minimumRatio, uint256 margin) {
        uint8 decimals = ratioFeed.decimals();
        require(decimals == 8, WrongDecimals(decimals));
        require(minimumRatio != 0, NoMinimum());
        feed = ratioFeed;
        maxAge = secondsOld;
        requiredRatio = _withMarginUp(minimumRatio, margin);
    }

    /// @notice Returns whether the gate is open. Never reverts.
    function isOpen() external view returns (bool) {
        return check() == State.OPEN;
    }

    /// @notice Reverts unless the gate is open.
    function requireOpen() external view whenBacked {}

    /// @notice Returns why the gate is open or closed. Never reverts.
    function check() public view returns (State) {
        // Not `try`: an answer that cannot be decoded would revert here.
        (bool success, bytes memory data) = address(feed).staticcall(abi.encodeCall(feed.latestRoundData, ()));
        if (!success || data.length < ANSWER_BYTES) return State.UNREADABLE;
        (, int256 answer,, uint256 updatedAt,) = abi.decode(data, (uint256, int256, uint256, uint256, uint256));
        if (answer <= 0) return State.NOT_POSITIVE;
        if (updatedAt > block.timestamp) return State.IN_FUTURE;
        if (block.timestamp - updatedAt > maxAge) return State.STALE;
        return uint256(answer) < requiredRatio ? State.BELOW_MINIMUM : State.OPEN;
    }

    function _withMarginUp(uint256 ratio, uint256 margin) private pure returns (uint256) {
        return (ratio * (BASIS_POINTS + margin) + BASIS_POINTS - 1) / BASIS_POINTS;
    }
}
