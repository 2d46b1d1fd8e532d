// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.4;

/// @title AggregatorV3Interface
/// @notice How contracts read a data feed. The names are those that price feeds made common, and will not change.
interface AggregatorV3Interface {
    /// @notice Returns how many digits of an answer are after the point.
    function decimals() external view returns (uint8);

    /// @notice Says what the answers are.
    function description() external view returns (string memory);

    /// @notice Returns the version of the feed's code.
    function version() external view returns (uint256);

    /// @notice Returns the answer of a round.
    /// @param roundId Counted from 1.
    /// @return id The round's own id.
    /// @return answer The answer.
    /// @return startedAt When the answer became true, in seconds since 1970.
    /// @return updatedAt The same; compare it with the clock.
    /// @return answeredInRound The round's own id.
    function getRoundData(uint80 roundId)
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);

    /// @notice Returns the answer of the newest round, as `getRoundData` does.
    function latestRoundData()
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound);
}
