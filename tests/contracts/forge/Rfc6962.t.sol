// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Rfc6962} from "../../../contracts/lib/Rfc6962.sol";
import {derived} from "./Cheats.sol";

/// @title Rfc6962Test
/// @notice Audit paths lead to the root that RFC 6962 defines by recursion, and to no other.
contract Rfc6962Test {
    uint256 private constant MOST = 70;

    function impliedRoot(bytes32 entry, uint256 index, uint256 size, bytes32[] calldata path)
        external
        pure
        returns (bytes32)
    {
        return Rfc6962.impliedRoot(entry, index, size, path);
    }

    function testFuzz_everyEntryLeadsToTheRoot(uint256 seed, uint256 size, uint256 index) external view {
        (size, index) = _place(size, index);
        bytes32[] memory entries = _entries(seed, size);
        bytes32[] memory path = _path(entries, index, 0, size);
        require(this.impliedRoot(entries[index], index, size, path) == _root(entries, 0, size), "another root");
    }

    function testFuzz_anotherEntryOrPlaceDoesNot(uint256 seed, uint256 size, uint256 index, uint256 other)
        external
        view
    {
        (size, index) = _place(size, index);
        other %= size;
        bytes32[] memory entries = _entries(seed, size);
        bytes32[] memory path = _path(entries, index, 0, size);
        bytes32 root = _root(entries, 0, size);
        bytes32 stranger = bytes32(derived(seed, size));
        require(this.impliedRoot(stranger, index, size, path) != root, "the entry is not bound");
        if (other == index) return;
        try this.impliedRoot(entries[index], other, size, path) returns (bytes32 implied) {
            require(implied != root, "the place is not bound");
        } catch {}
    }

    function testFuzz_aPathOfAnotherLengthIsRefused(uint256 seed, uint256 size, uint256 index, uint8 levels)
        external
        view
    {
        (size, index) = _place(size, index);
        bytes32[] memory entries = _entries(seed, size);
        if (_path(entries, index, 0, size).length == levels) return;
        try this.impliedRoot(entries[index], index, size, new bytes32[](levels)) {
            revert("the path does not fit");
        } catch {}
    }

    function _place(uint256 size, uint256 index) private pure returns (uint256, uint256) {
        size = size % MOST + 1;
        return (size, index % size);
    }

    function _entries(uint256 seed, uint256 size) private pure returns (bytes32[] memory entries) {
        entries = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            entries[i] = bytes32(derived(seed, i));
        }
    }

    function _root(bytes32[] memory entries, uint256 begin, uint256 end) private pure returns (bytes32) {
        if (end - begin == 1) return sha256(abi.encodePacked(uint8(0), entries[begin]));
        uint256 middle = begin + _leftSize(end - begin);
        return sha256(abi.encodePacked(uint8(1), _root(entries, begin, middle), _root(entries, middle, end)));
    }

    function _path(bytes32[] memory entries, uint256 index, uint256 begin, uint256 end)
        private
        pure
        returns (bytes32[] memory path)
    {
        if (end - begin == 1) return path;
        uint256 middle = begin + _leftSize(end - begin);
        bool left = index < middle;
        bytes32[] memory below = left ? _path(entries, index, begin, middle) : _path(entries, index, middle, end);
        path = new bytes32[](below.length + 1);
        for (uint256 i = 0; i < below.length; ++i) {
            path[i] = below[i];
        }
        path[below.length] = left ? _root(entries, middle, end) : _root(entries, begin, middle);
    }

    /// @dev The largest power of two below the size.
    function _leftSize(uint256 size) private pure returns (uint256 left) {
        left = 1;
        while (2 * left < size) left *= 2;
    }
}
