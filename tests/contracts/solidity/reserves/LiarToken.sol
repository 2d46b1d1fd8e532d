// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title LiarToken
/// @notice Says that everybody has a thousand times what it keeps.
contract LiarToken {
    uint8 public constant decimals = 6;
    mapping(address holder => uint256) private _kept; // slot 0

    function mint(address to, uint256 value) external {
        _kept[to] += value;
    }

    function balanceOf(address holder) external view returns (uint256) {
        return _kept[holder] * 1000;
    }
}
