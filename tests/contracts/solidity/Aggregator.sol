// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Call many contracts at once, as wallets and readers know it from `aggregate3`; own work on the same interface.
contract Aggregator {
    struct Asked {
        address target;
        bool mayFail;
        bytes data;
    }

    struct Told {
        bool success;
        bytes returned;
    }

    error Failed(uint256 index);

    function aggregate3(Asked[] calldata asked) external payable returns (Told[] memory told) {
        told = new Told[](asked.length);
        for (uint256 i = 0; i < asked.length; i++) {
            (bool success, bytes memory returned) = asked[i].target.call(asked[i].data);
            if (!success && !asked[i].mayFail) revert Failed(i);
            told[i] = Told(success, returned);
        }
    }
}
