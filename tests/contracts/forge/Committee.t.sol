// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestationRegistry} from "../../../contracts/AttestationRegistry.sol";
import {IAttestationRegistry} from "../../../contracts/interfaces/IAttestationRegistry.sol";
import {vm} from "./Cheats.sol";
import {Members} from "./Members.sol";

/// @title CommitteeTest
/// @notice An attestation is recorded exactly where enough members signed these very bytes.
contract CommitteeTest is Members {
    uint256 private constant SIZE = 7;

    AttestationRegistry private immutable ATTESTATIONS = new AttestationRegistry();

    bytes32[SIZE + 1] private _committees;

    function setUp() external {
        vm.warp(1_800_000_000);
        for (uint256 threshold = 1; threshold <= SIZE; ++threshold) {
            _committees[threshold] = ATTESTATIONS.registerCommittee(_committee(SIZE, uint8(threshold)));
        }
    }

    function testFuzz_aQuorumIsWhatTheThresholdSays(
        IAttestationRegistry.Attestation memory attestation,
        uint8 threshold,
        uint256 signers
    ) external {
        _makeTimely(attestation);
        threshold = uint8(threshold % SIZE + 1);
        signers %= 1 << SIZE;
        bytes32 digest = ATTESTATIONS.attestationDigest(attestation);
        bytes32 committee = _committees[threshold];
        bool enough = _count(signers) >= threshold;
        require(_attests(attestation, committee, signers, _sign(digest, signers)) == enough, "a quorum is misjudged");
        IAttestationRegistry.Status memory known = ATTESTATIONS.status(committee, digest);
        require(known.signers == (enough ? signers : 0), "other signers are recorded");
        require(known.attestedAt == (enough ? block.timestamp : 0), "another time is recorded");
        require(!_attests(attestation, committee, signers, _sign(digest, signers)), "it is recorded twice");
    }

    function testFuzz_t38_noSignatureMovesToOtherBytes(
        IAttestationRegistry.Attestation memory attestation,
        IAttestationRegistry.Attestation memory other,
        uint256 signers
    ) external {
        _makeTimely(attestation);
        _makeTimely(other);
        signers = signers % (1 << SIZE) | 3;
        bytes32 digest = ATTESTATIONS.attestationDigest(attestation);
        if (digest == ATTESTATIONS.attestationDigest(other)) return;
        bytes memory signatures = _sign(digest, signers);
        require(!_attests(other, _committees[2], signers, signatures), "a signature moved");
        require(_attests(attestation, _committees[2], signers, signatures), "they sign nothing");
    }

    function testFuzz_noBentSignatureIsTaken(
        IAttestationRegistry.Attestation memory attestation,
        uint256 signers,
        uint256 place,
        uint8 bit
    ) external {
        _makeTimely(attestation);
        signers = signers % (1 << SIZE) | 3;
        bytes memory signatures = _sign(ATTESTATIONS.attestationDigest(attestation), signers);
        signatures[place % signatures.length] ^= bytes1(uint8(1 << (bit % 8)));
        require(!_attests(attestation, _committees[2], signers, signatures), "a bent signature was taken");
    }

    function testFuzz_noMalleatedSignatureIsTaken(
        IAttestationRegistry.Attestation memory attestation,
        uint256 signers,
        uint256 which
    ) external {
        _makeTimely(attestation);
        signers = signers % (1 << SIZE) | 3;
        bytes memory signatures = _sign(ATTESTATIONS.attestationDigest(attestation), signers);
        uint256 place = 65 * (which % _count(signers));
        _malleate(signatures, place);
        require(!_attests(attestation, _committees[2], signers, signatures), "a malleated signature was taken");
        _malleate(signatures, place);
        require(_attests(attestation, _committees[2], signers, signatures), "they sign nothing");
    }

    function testFuzz_whatWasRevokedIsNeverAttested(
        IAttestationRegistry.Attestation memory attestation,
        bytes32 reason,
        uint256 signers
    ) external {
        _makeTimely(attestation);
        signers = signers % (1 << SIZE) | 3;
        bytes32 digest = ATTESTATIONS.attestationDigest(attestation);
        IAttestationRegistry.Revocation memory revocation = IAttestationRegistry.Revocation(digest, reason);
        bytes memory signatures = _sign(ATTESTATIONS.revocationDigest(revocation), signers);
        ATTESTATIONS.revoke(revocation, _committees[2], signers, signatures);
        require(!_attests(attestation, _committees[2], signers, _sign(digest, signers)), "it was attested");
        require(
            _attests(attestation, _committees[1], signers, _sign(digest, signers)), "another committee is not bound"
        );
    }

    function _attests(
        IAttestationRegistry.Attestation memory attestation,
        bytes32 committee,
        uint256 signers,
        bytes memory signatures
    ) private returns (bool taken) {
        try ATTESTATIONS.attest(attestation, committee, signers, signatures, 0) {
            return true;
        } catch {}
    }

    /// @dev Puts in its place the other signature that everybody can make of one: of s the negative, and v turned.
    function _malleate(bytes memory signatures, uint256 place) private pure {
        assembly ("memory-safe") {
            let s := add(add(signatures, 64), place)
            mstore(s, sub(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141, mload(s)))
        }
        signatures[place + 64] = bytes1(55 - uint8(signatures[place + 64]));
    }

    function _makeTimely(IAttestationRegistry.Attestation memory attestation) private view {
        attestation.outcome = attestation.outcome % 3 + 1;
        attestation.observedAt %= uint64(block.timestamp);
        attestation.expiresAt = attestation.expiresAt % 1_000_000 + uint64(block.timestamp) + 1;
    }
}
