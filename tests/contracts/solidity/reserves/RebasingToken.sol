// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title RebasingToken
/// @notice Keeps shares; what a holder has is shares times an index, which anyone may set.
contract RebasingToken {
    uint8 public constant decimals = 6;
    uint256 public index = 1e18; // slot 0
    mapping(address holder => uint256) public sharesOf; // slot 1

    function mint(address to, uint256 shares) external {
        sharesOf[to] += shares;
    }

    function rebase(uint256 next) external {
        index = next;
    }

    function balanceOf(address holder) external view returns (uint256) {
        return sharesOf[holder] * index / 1e18;
    }
}
