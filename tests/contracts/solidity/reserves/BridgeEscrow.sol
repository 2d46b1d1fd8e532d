// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OwnableWallet} from "../../../../por/simulator/OwnableWallet.sol";

/// @title MintedToken
/// @notice What the holders of locked coins have in their place.
contract MintedToken {
    error NotTheBridge();

    uint8 public constant decimals = 18;
    address private immutable BRIDGE = msg.sender;
    mapping(address holder => uint256) public balanceOf; // slot 0

    function mint(address to, uint256 value) external {
        if (msg.sender != BRIDGE) revert NotTheBridge();
        balanceOf[to] += value;
    }
}

/// @title BridgeEscrow
/// @notice Locks coins and mints a token for them; a wallet besides, whose owner can sign for coins that are others'.
contract BridgeEscrow is OwnableWallet {
    MintedToken public immutable minted = new MintedToken();

    constructor(address owner_) OwnableWallet(owner_) {}

    function lock(address to) external payable {
        minted.mint(to, msg.value);
    }
}
