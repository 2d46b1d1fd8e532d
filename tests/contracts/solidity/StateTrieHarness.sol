// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StateTrie} from "../../../contracts/lib/StateTrie.sol";

/// @title StateTrieHarness
/// @notice Reads balances under a state root that the test chooses.
contract StateTrieHarness {
    function balanceOf(bytes32 stateRoot, address account, bytes[] calldata nodes) external pure returns (uint256) {
        return StateTrie.balanceOf(stateRoot, account, nodes);
    }
}
