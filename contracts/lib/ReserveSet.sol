// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title ReserveSet
/// @notice Hashes the claims of a reserve set: each is an entry of the RFC 6962 tree whose root an issuer anchors.
/// @dev Texts are in canonical form, so EVM addresses are in lower case. Entries ascend by (account, asset).
library ReserveSet {
    /// @notice Thrown for a text that a length of 16 bits cannot precede.
    error TextTooLong(uint256 length);

    /// @notice Hashes a claim: H(0x08 ‖ lp(account) ‖ lp(asset) ‖ amount u128), H being SHA-256.
    /// @param account CAIP-10 text.
    /// @param asset CAIP-19 text.
    /// @param amount Base units.
    function claimHash(bytes memory account, bytes memory asset, uint128 amount) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x08), _length(account), account, _length(asset), asset, amount));
    }

    function _length(bytes memory text) private pure returns (bytes2) {
        require(text.length <= type(uint16).max, TextTooLong(text.length));
        return bytes2(uint16(text.length));
    }
}
