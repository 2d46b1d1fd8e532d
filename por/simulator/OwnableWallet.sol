// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title OwnableWallet
/// @notice A wallet of one owner, who signs for it (ERC-1271) and may hand it on, for demonstrations and tests.
contract OwnableWallet {
    bytes4 private constant YES = 0x1626ba7e;
    bytes4 private constant NO = 0xffffffff;

    error NotTheOwner();

    address public owner; // slot 0

    constructor(address first) payable {
        owner = first;
    }

    receive() external payable {}

    function handOn(address next) external {
        if (msg.sender != owner) revert NotTheOwner();
        owner = next;
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) return NO;
        address signer = ecrecover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
        return signer != address(0) && signer == owner ? YES : NO;
    }
}
