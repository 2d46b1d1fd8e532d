// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Vm
/// @notice What these tests use of forge's own functions.
interface Vm {
    function warp(uint256 timestamp) external;
    function prank(address sender) external;
    function addr(uint256 secret) external pure returns (address account);
    function sign(uint256 secret, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

/// @title Fuzzed
/// @notice Tells forge which contract it calls at random, before each look at the invariants.
abstract contract Fuzzed {
    address[] private _targets;

    function _target(address handler) internal {
        _targets.push(handler);
    }

    function targetContracts() external view returns (address[] memory) {
        return _targets;
    }
}

/// @notice Derives a number from a seed.
function derived(uint256 seed, uint256 number) pure returns (uint256) {
    return uint256(keccak256(abi.encode(seed, number)));
}
