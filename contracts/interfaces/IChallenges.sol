// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.4;

/// @title IChallenges
/// @notice Remembers for ever which entries of the registry were proven to contradict themselves or the chain.
/// @dev Warning: `false` says that nobody brought such a proof, not that the entry is true.
interface IChallenges {
    /// @notice Thrown when an entry was refuted before; one proof is enough.
    error AlreadyRefuted(bytes32 id);

    /// @notice Tells whether the registry's entry with this id was refuted here.
    function refuted(bytes32 id) external view returns (bool);
}
