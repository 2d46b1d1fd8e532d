// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

interface IBalances {
    function balanceOf(address holder) external view returns (uint256);
}

/// @title Vault
/// @notice The part of ERC-4626 by which one asks what shares are worth; anyone may mint shares.
contract Vault {
    uint8 public constant decimals = 6;
    uint256 public totalSupply; // slot 0
    mapping(address holder => uint256) public balanceOf; // slot 1
    address public immutable asset;

    constructor(address asset_) {
        asset = asset_;
    }

    function mint(address to, uint256 shares) external {
        totalSupply += shares;
        balanceOf[to] += shares;
    }

    function totalAssets() public view returns (uint256) {
        return IBalances(asset).balanceOf(address(this));
    }

    function convertToAssets(uint256 shares) external view returns (uint256) {
        return totalSupply == 0 ? shares : shares * totalAssets() / totalSupply;
    }
}
