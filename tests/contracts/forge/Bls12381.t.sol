// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BlsHarness} from "../solidity/BlsHarness.sol";
import {derived} from "./Cheats.sol";

/// @title Bls12381Test
/// @notice Any members of any list of keys sign for themselves and for no others. Keys and signatures are made by the
/// precompiles that multiply, which the library does not use; what messages hash to is compared with py-ecc elsewhere.
contract Bls12381Test {
    uint256 private constant ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001;
    bytes private constant GENERATOR = hex"0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac58"
        hex"6c55e83ff97a1aeffb3af00adb22c6bb0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4"
        hex"fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1";
    bytes private constant MODULUS = hex"000000000000000000000000000000001a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
        hex"1eabfffeb153ffffb9feffffffffaaab";
    bytes private constant TAG = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

    BlsHarness private immutable BLS = new BlsHarness();

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_anyMembersSignForThemselvesAndNoOthers(
        uint256 seed,
        uint8 size,
        uint256 chosen,
        uint256 other,
        bool cancelling
    ) external view {
        uint256[] memory secrets = _secrets(seed, size % 31 + 1, cancelling);
        chosen = chosen % ((1 << secrets.length) - 1) + 1;
        other = other % ((1 << secrets.length) - 1) + 1;
        bytes memory list = _totalAndKeys(secrets);
        bytes memory signature = _signature(_sum(secrets, chosen), seed);
        require(_signed(list, chosen, seed, signature) == (_sum(secrets, chosen) != 0), "a quorum is misjudged");
        require(!_signed(list, chosen, seed ^ 1, signature), "the message is not bound");
        require(
            !_signed(list, other, seed, signature) || _sum(secrets, other) == _sum(secrets, chosen),
            "the signers are not bound"
        );
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_keysAreAddedUp(uint256 seed, uint8 size, bool cancelling) external view {
        uint256[] memory secrets = _secrets(seed, size % 31 + 1, cancelling);
        uint256 all = _sum(secrets, (1 << secrets.length) - 1);
        require(keccak256(BLS.total(_keys(secrets))) == keccak256(_key(all)), "another total");
    }

    function testFuzz_remaindersAreThoseOfThePrecompile(uint256 high, uint256 low, uint128 factor, bool multiple)
        external
        view
    {
        bytes memory number = multiple ? _multiple(factor) : abi.encode(high, low);
        (bool done, bytes memory remainder) =
            address(0x05).staticcall(abi.encodePacked(uint256(64), uint256(1), uint256(64), number, uint8(1), MODULUS));
        require(done && keccak256(remainder) == keccak256(BLS.reduce(number)), "another remainder");
    }

    function testFuzz_bitsAreCounted(uint256 bits) external view {
        bits >>= 1;
        uint256 count = 0;
        for (uint256 i = 0; i < 255; ++i) {
            count += (bits >> i) & 1;
        }
        require(BLS.countBits(bits) == count, "another count");
    }

    function _signed(bytes memory list, uint256 chosen, uint256 message, bytes memory signature)
        private
        view
        returns (bool taken)
    {
        try BLS.requireSigned(list, chosen, abi.encode(message), signature) {
            return true;
        } catch {}
    }

    /// @dev Where some are to cancel out, each second secret is the negative of the one before it.
    function _secrets(uint256 seed, uint256 count, bool cancelling) private pure returns (uint256[] memory secrets) {
        secrets = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            bool negative = cancelling && i % 2 == 1;
            secrets[i] = negative ? ORDER - secrets[i - 1] : derived(seed, i) % (ORDER - 1) + 1;
        }
    }

    function _sum(uint256[] memory secrets, uint256 chosen) private pure returns (uint256 sum) {
        for (uint256 i = 0; i < secrets.length; ++i) {
            if ((chosen >> i) & 1 == 1) sum = addmod(sum, secrets[i], ORDER);
        }
    }

    function _totalAndKeys(uint256[] memory secrets) private view returns (bytes memory) {
        return bytes.concat(_key(_sum(secrets, (1 << secrets.length) - 1)), _keys(secrets));
    }

    function _keys(uint256[] memory secrets) private view returns (bytes memory keys) {
        for (uint256 i = 0; i < secrets.length; ++i) {
            keys = bytes.concat(keys, _key(secrets[i]));
        }
    }

    function _key(uint256 secret) private view returns (bytes memory) {
        return _run(0x0c, bytes.concat(GENERATOR, bytes32(secret)));
    }

    function _signature(uint256 secret, uint256 message) private view returns (bytes memory) {
        return _run(0x0e, bytes.concat(BLS.hashToCurve(abi.encode(message), TAG), bytes32(secret)));
    }

    /// @dev A multiple of the modulus: there a quotient is most easily missed by one.
    function _multiple(uint128 factor) private pure returns (bytes memory) {
        (uint256 high, uint256 low) = abi.decode(MODULUS, (uint256, uint256));
        unchecked {
            uint256 lower = low * factor;
            uint256 upper = mulmod(low, factor, type(uint256).max) - lower;
            if (mulmod(low, factor, type(uint256).max) < lower) --upper;
            return abi.encode(upper + high * factor, lower);
        }
    }

    function _run(uint160 precompile, bytes memory input) private view returns (bytes memory output) {
        bool done;
        (done, output) = address(precompile).staticcall(input);
        require(done && output.length != 0, "a precompile refused");
    }
}
