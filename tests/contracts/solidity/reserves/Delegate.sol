// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Delegate
/// @notice Code that an account of a key may run (EIP-7702). It says yes to every signature, which nobody may believe.
contract Delegate {
    receive() external payable {}

    function isValidSignature(bytes32, bytes calldata) external pure returns (bytes4) {
        return 0x1626ba7e;
    }
}
