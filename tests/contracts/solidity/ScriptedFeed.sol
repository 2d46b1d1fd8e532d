// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ScriptedFeed
/// @notice Answers a call for the newest round with whatever bytes it was given, or reverts with them.
contract ScriptedFeed {
    uint8 public immutable decimals;
    bytes private _answer;
    bool private _reverts;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    function script(bytes calldata answer, bool reverts) external {
        _answer = answer;
        _reverts = reverts;
    }

    function latestRoundData() external view {
        bytes memory answer = _answer;
        bool reverts = _reverts;
        assembly {
            if reverts { revert(add(answer, 32), mload(answer)) }
            return(add(answer, 32), mload(answer))
        }
    }
}
