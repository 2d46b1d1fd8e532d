// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title TokenProxy
/// @notice Runs the code that its slot names (ERC-1967), which anyone may change.
contract TokenProxy {
    bytes32 private constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;

    constructor(address implementation) {
        _put(implementation);
    }

    fallback() external payable {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), sload(IMPLEMENTATION), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if done { return(0, returndatasize()) }
            revert(0, returndatasize())
        }
    }

    receive() external payable {}

    function upgradeTo(address implementation) external {
        _put(implementation);
    }

    function _put(address implementation) private {
        assembly {
            sstore(IMPLEMENTATION, implementation)
        }
    }
}
