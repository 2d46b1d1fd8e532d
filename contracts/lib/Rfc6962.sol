// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Rfc6962
/// @notice Computes the root that an audit path implies (RFC 6962, 2.1.1; RFC 9162, 2.1.3.2), over entries of 32 bytes.
library Rfc6962 {
    /// @notice Thrown when a list has no entry with this index.
    error NoSuchEntry(uint256 index, uint256 size);

    /// @notice Thrown when an audit path is longer or shorter than index and size of the list require.
    error OpeningDoesNotFit(uint256 index, uint256 size, uint256 length);

    /// @notice Computes the root of the list of `size` entries that has `entry` at `index`.
    function impliedRoot(bytes32 entry, uint256 index, uint256 size, bytes32[] calldata path)
        internal
        pure
        returns (bytes32 node)
    {
        require(index < size, NoSuchEntry(index, size));
        uint256 place = index;
        uint256 last = size - 1;
        node = sha256(abi.encodePacked(bytes1(0x00), entry));
        for (uint256 i = 0; i < path.length; ++i) {
            require(last > 0, OpeningDoesNotFit(index, size, path.length));
            if (place & 1 == 1 || place == last) {
                node = _pair(path[i], node);
                while (place & 1 == 0 && place != 0) {
                    place >>= 1;
                    last >>= 1;
                }
            } else {
                node = _pair(node, path[i]);
            }
            place >>= 1;
            last >>= 1;
        }
        require(last == 0, OpeningDoesNotFit(index, size, path.length));
    }

    function _pair(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
