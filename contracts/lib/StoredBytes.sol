// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title StoredBytes
/// @notice Holds bytes as the code of a contract, which costs much less to read than storage.
contract StoredBytes {
    constructor(bytes memory content) {
        // The first byte is STOP: nobody can run what is stored.
        bytes memory code = bytes.concat(hex"00", content);
        assembly ("memory-safe") {
            return(add(code, 32), mload(code))
        }
    }
}

/// @notice Reads `length` bytes of what a `StoredBytes` holds.
function readStoredBytes(address source, uint256 length) view returns (bytes memory content) {
    assembly ("memory-safe") {
        content := mload(0x40)
        mstore(0x40, add(content, add(length, 32)))
        mstore(content, length)
        extcodecopy(source, add(content, 32), 1, length)
    }
}
