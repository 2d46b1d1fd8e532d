// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Bls12381
/// @notice BLS signatures over BLS12-381, keys in G1 and signatures in G2, with proof of possession: the ciphersuite
/// `BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_` of draft-irtf-cfrg-bls-signature, by the precompiles of EIP-2537.
/// @dev A key is 128 bytes and a signature 256, encoded as EIP-2537 says: uncompressed, each coordinate padded to 64
/// bytes.
/// @dev Warning: only a key whose possession was proven may enter a sum. The proof defeats rogue keys, and its pairing
/// is also what keeps out keys outside the subgroup, since the precompile that adds points does not look.
/// @dev Warning: a precompile that refuses its input consumes all gas it was given.
library Bls12381 {
    uint256 internal constant KEY_BYTES = 128;
    uint256 internal constant SIGNATURE_BYTES = 256;
    uint256 private constant PAIRS_BYTES = 768;

    bytes private constant SIGNATURE_TAG = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
    bytes private constant POSSESSION_TAG = "BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

    // Of numbers of 381 bits, the upper 128 and the lower 256 bits. The first is the modulus of the base field.
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    uint256 private constant HALF_P_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_P_LOW = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;
    uint256 private constant G1_X_HIGH = 0x17f1d3a73197d7942695638c4fa9ac0f;
    uint256 private constant G1_X_LOW = 0xc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb;
    uint256 private constant G1_Y_HIGH = 0x08b3f481e3aaa0f1a09e30ed741d8ae4;
    uint256 private constant G1_Y_LOW = 0xfcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1;
    uint256 private constant NEGATED_G1_Y_HIGH = 0x114d1d6855d545a8aa7d76c8cf2e21f2;
    uint256 private constant NEGATED_G1_Y_LOW = 0x67816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca;

    // 2^636 / p, rounded down.
    uint256 private constant RECIPROCAL = 0x9d835d2f3cc9e45ce28101b0cc7a6ba291b82741ff6a0a94bdf4771e0286779d;

    uint256 private constant SHA256 = 0x02;
    uint256 private constant G1ADD = 0x0b;
    uint256 private constant G2ADD = 0x0d;
    uint256 private constant PAIRING = 0x0f;
    uint256 private constant MAP_FP2_TO_G2 = 0x11;

    /// @notice Thrown when a key or a signature has not the length of its encoding.
    error PointLength(uint256 expected, uint256 actual);

    /// @notice Thrown when a precompile refuses: a coordinate is not below the modulus, a point is not on the curve or
    /// not in the subgroup, there is too little gas, or the chain is without EIP-2537.
    error PrecompileRefused(uint256 precompile);

    /// @notice Thrown when a key, or a sum of keys, is the point at infinity.
    error InfiniteKey();

    /// @notice Thrown when a signature is not one by this key over this message.
    error BlsSignatureMismatch();

    /// @notice Requires that `proof` shows possession of the secret of `key`; what is signed is the compressed key.
    function requirePossession(bytes calldata key, bytes calldata proof) internal view {
        bytes memory message = compress(key);
        uint256 pairs = _allocate(PAIRS_BYTES);
        assembly ("memory-safe") {
            calldatacopy(pairs, key.offset, 128)
        }
        _requireSigned(pairs, false, message, POSSESSION_TAG, proof);
    }

    /// @notice Requires that `signature` is the sum of signatures over `message` by those keys of a list of at most 255
    /// whose bits are set; bit 0 is the first key.
    /// @param totalAndKeys The total of the keys, then the keys; all of them with possession proven.
    /// @param count How many bits are set.
    function requireSigned(
        bytes memory totalAndKeys,
        uint256 chosen,
        uint256 count,
        bytes memory message,
        bytes calldata signature
    ) internal view {
        uint256 pairs = _allocateZeros(PAIRS_BYTES);
        bool negative = _sum(pairs, totalAndKeys, chosen, count);
        _requireSigned(pairs, negative, message, SIGNATURE_TAG, signature);
    }

    /// @notice Returns the sum of a list of keys.
    function total(bytes memory keys) internal view returns (bytes memory key) {
        key = new bytes(2 * KEY_BYTES);
        _add(_start(key), _start(keys), (1 << (keys.length / KEY_BYTES)) - 1);
        assembly ("memory-safe") {
            mstore(key, 128)
        }
    }

    /// @notice Returns how many bits are set, of at most 255.
    function countBits(uint256 bits) internal pure returns (uint256 count) {
        // Sums of neighbours, in fields of 2, 4 and 8 bits; then all bytes into the highest one.
        unchecked {
            bits -= (bits >> 1) & (type(uint256).max / 3);
            bits = (bits & (type(uint256).max / 5)) + ((bits >> 2) & (type(uint256).max / 5));
            bits = (bits + (bits >> 4)) & (type(uint256).max / 17);
            return (bits * (type(uint256).max / 255)) >> 248;
        }
    }

    /// @notice Returns the 48 bytes in which BLS libraries write a key.
    function compress(bytes calldata key) internal pure returns (bytes memory compressed) {
        _requireLength(key.length, KEY_BYTES);
        (uint256 xHigh, uint256 xLow, uint256 yHigh, uint256 yLow) =
            abi.decode(key, (uint256, uint256, uint256, uint256));
        bool larger = yHigh > HALF_P_HIGH || (yHigh == HALF_P_HIGH && yLow > HALF_P_LOW);
        uint256 flags = larger ? 0xa0 : 0x80;
        return abi.encodePacked(uint128(xHigh | (flags << 120)), xLow);
    }

    /// @notice Returns the point of G2 that RFC 9380 hashes a message to, under a tag of at most 255 bytes.
    function hashToCurve(bytes memory message, bytes memory tag) internal view returns (bytes memory point) {
        point = new bytes(SIGNATURE_BYTES);
        _hashToCurve(_start(point), message, tag);
    }

    /// @notice Replaces each number of 64 bytes by its remainder modulo p.
    function reduce(bytes memory numbers) internal pure {
        _reduce(_start(numbers), numbers.length);
    }

    /// @dev At `pairs` stands the key, or its negative; what the pairing takes besides is written behind it.
    function _requireSigned(
        uint256 pairs,
        bool negative,
        bytes memory message,
        bytes memory tag,
        bytes calldata signature
    ) private view {
        _requireLength(signature.length, SIGNATURE_BYTES);
        _requireFinite(pairs);
        _hashToCurve(pairs + KEY_BYTES, message, tag);
        // e(key, hashed message) * e(-G1, signature) = 1, or the same with both signs turned.
        (uint256 high, uint256 low) = negative ? (G1_Y_HIGH, G1_Y_LOW) : (NEGATED_G1_Y_HIGH, NEGATED_G1_Y_LOW);
        assembly ("memory-safe") {
            let generator := add(pairs, 384)
            mstore(generator, G1_X_HIGH)
            mstore(add(generator, 32), G1_X_LOW)
            mstore(add(generator, 64), high)
            mstore(add(generator, 96), low)
            calldatacopy(add(generator, 128), signature.offset, 256)
        }
        _run(PAIRING, pairs, PAIRS_BYTES, pairs, 32);
        uint256 equal;
        assembly ("memory-safe") {
            equal := mload(pairs)
        }
        require(equal == 1, BlsSignatureMismatch());
    }

    /// @dev A key at infinity would accept a signature at infinity over everything.
    function _requireFinite(uint256 key) private pure {
        uint256 bits;
        assembly ("memory-safe") {
            bits := or(or(mload(key), mload(add(key, 32))), or(mload(add(key, 64)), mload(add(key, 96))))
        }
        require(bits != 0, InfiniteKey());
    }

    /// @dev Writes the sum of the chosen keys or, where that is less work, its negative: the others, less the total.
    function _sum(uint256 pair, bytes memory totalAndKeys, uint256 chosen, uint256 count)
        private
        view
        returns (bool negative)
    {
        uint256 first = _start(totalAndKeys);
        uint256 keys = totalAndKeys.length / KEY_BYTES - 1;
        negative = 2 * count > keys;
        if (negative) {
            _copyNegated(pair, first);
            chosen ^= (1 << keys) - 1;
        }
        _add(pair, first + KEY_BYTES, chosen);
    }

    /// @dev A point is negated by p - y, but not infinity; no other point of the subgroup has y = 0.
    function _copyNegated(uint256 target, uint256 point) private pure {
        assembly ("memory-safe") {
            mcopy(target, point, 128)
            let high := mload(add(target, 64))
            let low := mload(add(target, 96))
            if or(high, low) {
                mstore(add(target, 64), sub(sub(P_HIGH, high), gt(low, P_LOW)))
                mstore(add(target, 96), sub(P_LOW, low))
            }
        }
    }

    /// @dev Adds the chosen keys to the point at `pair`; the 128 bytes behind it are overwritten.
    function _add(uint256 pair, uint256 keys, uint256 chosen) private view {
        bool done = true;
        assembly ("memory-safe") {
            let any := chosen
            let next := add(pair, 128)
            // Four bits in one go, since the loop itself costs more than a bit that is not set.
            for {} chosen { chosen := shr(4, chosen) } {
                if and(chosen, 1) {
                    mcopy(next, keys, 128)
                    done := and(done, staticcall(gas(), G1ADD, pair, 256, pair, 128))
                }
                if and(chosen, 2) {
                    mcopy(next, add(keys, 128), 128)
                    done := and(done, staticcall(gas(), G1ADD, pair, 256, pair, 128))
                }
                if and(chosen, 4) {
                    mcopy(next, add(keys, 256), 128)
                    done := and(done, staticcall(gas(), G1ADD, pair, 256, pair, 128))
                }
                if and(chosen, 8) {
                    mcopy(next, add(keys, 384), 128)
                    done := and(done, staticcall(gas(), G1ADD, pair, 256, pair, 128))
                }
                keys := add(keys, 512)
            }
            // Where no precompile stands the calls succeed and return nothing.
            if any { done := and(done, eq(returndatasize(), 128)) }
        }
        require(done, PrecompileRefused(G1ADD));
    }

    function _hashToCurve(uint256 target, bytes memory message, bytes memory tag) private view {
        uint256 fields = _allocate(256);
        _expand(fields, message, tag);
        _reduce(fields, 256);
        uint256 points = _allocate(2 * SIGNATURE_BYTES);
        _run(MAP_FP2_TO_G2, fields, 128, points, SIGNATURE_BYTES);
        _run(MAP_FP2_TO_G2, fields + 128, 128, points + SIGNATURE_BYTES, SIGNATURE_BYTES);
        _run(G2ADD, points, 2 * SIGNATURE_BYTES, target, SIGNATURE_BYTES);
    }

    /// @dev Turns uniform bytes into elements of the base field: RFC 9380, section 5.2.
    function _reduce(uint256 field, uint256 size) private pure {
        assembly ("memory-safe") {
            for { let end := add(field, size) } lt(field, end) { field := add(field, 64) } {
                let high := mload(field)
                let low := mload(add(field, 32))
                // The upper word of a product follows from its remainders modulo 2^256 and 2^256 - 1. The quotient is
                // at most one too small: it leaves less than 2^-123 away before it is rounded down.
                let lower := mul(high, RECIPROCAL)
                let quotient := mulmod(high, RECIPROCAL, not(0))
                quotient := shr(124, sub(sub(quotient, lower), lt(quotient, lower)))
                lower := mul(quotient, P_LOW)
                let upper := mulmod(quotient, P_LOW, not(0))
                upper := add(sub(sub(upper, lower), lt(upper, lower)), mul(quotient, P_HIGH))
                high := sub(sub(high, upper), lt(low, lower))
                low := sub(low, lower)
                if or(gt(high, P_HIGH), and(eq(high, P_HIGH), iszero(lt(low, P_LOW)))) {
                    high := sub(sub(high, P_HIGH), lt(low, P_LOW))
                    low := sub(low, P_LOW)
                }
                mstore(field, high)
                mstore(add(field, 32), low)
            }
        }
    }

    /// @dev Writes 256 bytes of expand_message_xmd with SHA-256: RFC 9380, section 5.3.1.
    function _expand(uint256 target, bytes memory message, bytes memory tag) private view {
        uint256 input = _allocate(message.length + tag.length + 68);
        bool done;
        assembly ("memory-safe") {
            let tagBytes := mload(tag)
            // b_0 hashes 64 zeros, the message, the length wanted in two bytes, a zero, the tag and its length.
            calldatacopy(input, calldatasize(), 64)
            let end := add(input, 64)
            mcopy(end, add(message, 32), mload(message))
            end := add(end, mload(message))
            mstore8(end, 1)
            mstore8(add(end, 1), 0)
            mstore8(add(end, 2), 0)
            mcopy(add(end, 3), add(tag, 32), tagBytes)
            end := add(end, add(tagBytes, 3))
            mstore8(end, tagBytes)
            done := staticcall(gas(), SHA256, input, add(sub(end, input), 1), target, 32)
            // b_i hashes b_0 xor b_(i - 1), i, the tag and its length.
            let b0 := mload(target)
            let size := add(tagBytes, 34)
            mcopy(add(input, 33), add(tag, 32), tagBytes)
            mstore8(add(input, sub(size, 1)), tagBytes)
            mstore(input, b0)
            for { let i := 1 } lt(i, 9) { i := add(i, 1) } {
                mstore8(add(input, 32), i)
                done := and(done, staticcall(gas(), SHA256, input, size, target, 32))
                mstore(input, xor(b0, mload(target)))
                target := add(target, 32)
            }
        }
        require(done, PrecompileRefused(SHA256));
    }

    function _requireLength(uint256 actual, uint256 expected) private pure {
        require(actual == expected, PointLength(expected, actual));
    }

    function _run(uint256 precompile, uint256 input, uint256 inputBytes, uint256 output, uint256 outputBytes)
        private
        view
    {
        bool done;
        assembly ("memory-safe") {
            done := staticcall(gas(), precompile, input, inputBytes, output, outputBytes)
            // Where no precompile stands the call succeeds and returns nothing.
            done := and(done, eq(returndatasize(), outputBytes))
        }
        require(done, PrecompileRefused(precompile));
    }

    /// @dev Reserves memory, which may hold anything.
    function _allocate(uint256 size) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := mload(0x40)
            mstore(0x40, add(place, size))
        }
    }

    function _allocateZeros(uint256 size) private pure returns (uint256 place) {
        place = _allocate(size);
        assembly ("memory-safe") {
            calldatacopy(place, calldatasize(), size)
        }
    }

    function _start(bytes memory content) private pure returns (uint256 place) {
        assembly ("memory-safe") {
            place := add(content, 32)
        }
    }
}
