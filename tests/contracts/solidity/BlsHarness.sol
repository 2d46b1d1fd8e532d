// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Bls12381} from "../../../contracts/lib/Bls12381.sol";

/// @title BlsHarness
/// @notice Opens the library to the tests.
contract BlsHarness {
    function requirePossession(bytes calldata key, bytes calldata proof) external view {
        Bls12381.requirePossession(key, proof);
    }

    function requireSigned(bytes memory totalAndKeys, uint256 chosen, bytes memory message, bytes calldata signature)
        external
        view
    {
        Bls12381.requireSigned(totalAndKeys, chosen, Bls12381.countBits(chosen), message, signature);
    }

    function total(bytes memory keys) external view returns (bytes memory) {
        return Bls12381.total(keys);
    }

    function countBits(uint256 bits) external pure returns (uint256) {
        return Bls12381.countBits(bits);
    }

    function compress(bytes calldata key) external pure returns (bytes memory) {
        return Bls12381.compress(key);
    }

    function hashToCurve(bytes memory message, bytes memory tag) external view returns (bytes memory) {
        return Bls12381.hashToCurve(message, tag);
    }

    function reduce(bytes memory numbers) external pure returns (bytes memory) {
        Bls12381.reduce(numbers);
        return numbers;
    }
}
