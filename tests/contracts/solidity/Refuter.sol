// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IChallenges} from "../../../contracts/interfaces/IChallenges.sol";

/// @title Refuter
/// @notice Refutes whatever it is told to.
contract Refuter is IChallenges {
    /// @inheritdoc IChallenges
    mapping(bytes32 id => bool) public refuted;

    function refute(bytes32 id) external {
        refuted[id] = true;
    }
}
