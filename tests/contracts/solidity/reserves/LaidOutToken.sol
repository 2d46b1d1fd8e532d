// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title LaidOutToken
/// @notice A token that keeps balances wherever it was made to: at any slot, and in the key order of either language.
contract LaidOutToken {
    uint8 public constant decimals = 6;
    bytes32 private immutable BASE;
    bool private immutable SLOT_FIRST;

    constructor(bytes32 base, bool slotFirst) {
        (BASE, SLOT_FIRST) = (base, slotFirst);
    }

    function mint(address to, uint256 value) external {
        bytes32 place = _place(to);
        uint256 sum = balanceOf(to) + value;
        assembly {
            sstore(place, sum)
        }
    }

    function balanceOf(address holder) public view returns (uint256 value) {
        bytes32 place = _place(holder);
        assembly {
            value := sload(place)
        }
    }

    function _place(address holder) private view returns (bytes32) {
        return SLOT_FIRST ? keccak256(abi.encode(BASE, holder)) : keccak256(abi.encode(holder, BASE));
    }
}
