// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title TokenFirst
/// @notice What a proxied token is at first.
contract TokenFirst {
    uint8 public constant decimals = 6;
    mapping(address holder => uint256) internal _balances; // slot 0

    function mint(address to, uint256 value) external {
        _balances[to] += value;
    }

    function balanceOf(address holder) external view virtual returns (uint256) {
        return _balances[holder];
    }
}

/// @title TokenSecond
/// @notice What it becomes: half of what was kept counts.
contract TokenSecond is TokenFirst {
    function balanceOf(address holder) external view override returns (uint256) {
        return _balances[holder] / 2;
    }
}
