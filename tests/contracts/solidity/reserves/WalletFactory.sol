// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OwnableWallet} from "../../../../por/simulator/OwnableWallet.sol";

/// @title WalletFactory
/// @notice Creates wallets at addresses that are known before (EIP-1014), and leaves one alone that stands.
contract WalletFactory {
    function create(address owner, bytes32 salt) external returns (address wallet) {
        wallet = addressOf(owner, salt);
        if (wallet.code.length == 0) new OwnableWallet{salt: salt}(owner);
    }

    function addressOf(address owner, bytes32 salt) public view returns (address) {
        bytes32 code = keccak256(abi.encodePacked(type(OwnableWallet).creationCode, abi.encode(owner)));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), address(this), salt, code)))));
    }
}
