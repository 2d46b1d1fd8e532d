// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.4;

/// @title IAttestationRegistry
/// @notice What committees of independent attesters signed about issuers' commitments, and what they took back.
/// @dev An attestation is a statement about a content-addressed commitment under a content-addressed policy, so its
/// digest names no chain and no contract: one set of signatures serves every chain and also readers without one.
/// @dev Members of a committee sign the very same bytes, by ECDSA, by a contract of theirs (ERC-1271) or by BLS.
/// @dev Warning: a committee is whoever wrote it down. Anyone may register one, of any keys and with a threshold of 1.
/// Trust a committee by its id, and only after reading its members.
/// @dev Warning: an attestation says what its members found. That it is recorded shows that enough of them signed it.
/// @dev Warning: anyone holding the signatures may record them, or keep them back until `expiresAt`. An attestation can
/// be recorded on any chain until then, also on one where nobody yet submitted its revocation.
/// @dev Warning: members may sign several statements about one commitment. All of them stand here, unless revoked.
/// @dev Warning: whether the commitment is anchored, and by whom, is not looked at here: it may be on another chain.
/// @dev Warning: a signature counts in every committee that its signer is a member of.
/// @dev Warning: there is no owner, no pause and no upgrade. Members cannot be exchanged: another list is another id.
/// @dev Warning: the code has not been audited.
interface IAttestationRegistry {
    /// @notice How the members of a committee sign.
    /// @dev ECDSA: keys of externally owned accounts. CONTRACT: such keys or contracts; a member with code is asked by
    /// ERC-1271. BLS: BLS12-381 keys, aggregated.
    enum Scheme {
        NONE,
        ECDSA,
        CONTRACT,
        BLS
    }

    /// @notice A committee. Its id is keccak256(abi.encode(scheme, threshold, chainId, members)), with a chain id of 0
    /// unless the scheme is CONTRACT.
    /// @param scheme How its members sign.
    /// @param threshold How many of them must.
    /// @param members Strictly ascending: addresses, padded to 32 bytes; or keccak256 of compressed BLS keys.
    struct Committee {
        Scheme scheme;
        uint8 threshold;
        bytes32[] members;
    }

    /// @notice What the members of a committee sign.
    /// @param commitment The id of the issuer's entry in the registry.
    /// @param policyDigest The digest of the policy that the verdict was reached under.
    /// @param rulebookDigests One digest over the digests of all rulebooks applied; 0 for none.
    /// @param outcome 1 PASS, 2 FAIL, 3 INCONCLUSIVE.
    /// @param figures keccak256(abi.encode(figures)), see `IReserveFeed.Figure`.
    /// @param observedAt When the members looked, in seconds since 1970.
    /// @param expiresAt The instant from which on the statement can no longer be recorded.
    struct Attestation {
        bytes32 commitment;
        bytes32 policyDigest;
        bytes32 rulebookDigests;
        uint8 outcome;
        bytes32 figures;
        uint64 observedAt;
        uint64 expiresAt;
    }

    /// @notice What the members of a committee sign to take an attestation back.
    /// @param attestation The digest of the attestation.
    /// @param reason The digest of a text that says why; 0 for none.
    struct Revocation {
        bytes32 attestation;
        bytes32 reason;
    }

    /// @notice What is recorded of an attestation of a committee.
    /// @param attestedAt The timestamp of the block in which it was recorded; 0 if it was not.
    /// @param revokedAt The timestamp of the block in which its revocation was recorded; 0 if it was not.
    /// @param signers The members that signed it: bit 0 is the first.
    struct Status {
        uint64 attestedAt;
        uint64 revokedAt;
        uint128 signers;
    }

    /// @notice A committee was written down.
    event CommitteeRegistered(bytes32 indexed id, Committee committee);

    /// @notice Possession of a BLS key was proven.
    /// @param member keccak256 of the compressed key.
    /// @param key The key, as EIP-2537 encodes it.
    event KeyRegistered(bytes32 indexed member, bytes key);

    /// @notice A committee attested.
    /// @param digest What was signed.
    /// @param signers The members that signed: bit 0 is the first.
    /// @param reports keccak256 of the digests of the signers' own reports, in the order of the members; 0 for none.
    /// @dev Warning: the reports are not signed. Whoever submits an attestation chooses what stands there.
    event Attested(
        bytes32 indexed commitment,
        bytes32 indexed committee,
        bytes32 indexed digest,
        Attestation attestation,
        uint256 signers,
        bytes32 reports
    );

    /// @notice A committee took an attestation back, or will never have made it.
    /// @param digest What the attestation's members signed.
    event Revoked(bytes32 indexed committee, bytes32 indexed digest, bytes32 reason, uint256 signers);

    /// @notice Thrown when a committee's scheme is none, or not one that the function called is for.
    error WrongScheme(Scheme scheme);

    /// @notice Thrown when a committee has no member or more than 128.
    error MemberCount(uint256 members);

    /// @notice Thrown when a threshold is 0 or above the number of members.
    error ThresholdOutOfRange(uint256 threshold, uint256 members);

    /// @notice Thrown when members do not ascend strictly: one is there twice, is zero, or stands in the wrong place.
    error MembersNotAscending(uint256 position);

    /// @notice Thrown when a member of a committee of accounts is more than an address.
    error NotAnAddress(bytes32 member);

    /// @notice Thrown when possession of a BLS key was never proven.
    error KeyNotRegistered(uint256 position);

    /// @notice Thrown when possession of a BLS key was proven before.
    error KeyAlreadyRegistered(bytes32 member);

    /// @notice Thrown when a committee was not registered here.
    error CommitteeNotRegistered(bytes32 id);

    /// @notice Thrown when a committee was registered before.
    error CommitteeAlreadyRegistered(bytes32 id);

    /// @notice Thrown when a bit is set for which there is no member.
    error SignerOutOfRange(uint256 signers, uint256 members);

    /// @notice Thrown when fewer members signed than the committee's threshold.
    error BelowThreshold(uint256 signed, uint256 threshold);

    /// @notice Thrown when the signatures end before the one of the member at this position.
    error SignatureMissing(uint256 position);

    /// @notice Thrown when bytes are left after the signature of the last signer.
    error SignaturesTooLong(uint256 left);

    /// @notice Thrown when an ECDSA signature is not 65 bytes that end with 27 or 28.
    error MalformedSignature(uint256 position);

    /// @notice Thrown when an ECDSA signature is the second form of another: its s is in the upper half.
    error MalleableSignature(uint256 position);

    /// @notice Thrown when an ECDSA signature is not one by the member at this position.
    error SignatureMismatch(uint256 position);

    /// @notice Thrown when the contract at this position does not accept a signature by ERC-1271 within its gas.
    error ContractRefused(uint256 position);

    /// @notice Thrown when an outcome is not one of the three.
    error UnknownOutcome(uint8 outcome);

    /// @notice Thrown when an attestation was observed after the block in which it would be recorded.
    error ObservedInFuture(uint64 observedAt, uint256 timestamp);

    /// @notice Thrown when an attestation can no longer be recorded.
    error AttestationExpired(uint64 expiresAt, uint256 timestamp);

    /// @notice Thrown when the committee's attestation is recorded already.
    error AlreadyAttested(bytes32 digest);

    /// @notice Thrown when the committee's revocation of this attestation is recorded already.
    error AlreadyRevoked(bytes32 digest);

    /// @notice Thrown when the committee took the attestation back.
    error AttestationRevoked(bytes32 digest);

    /// @notice Writes a committee of accounts or contracts down; it can attest from then on.
    /// @dev Warning: a committee of scheme CONTRACT has the chain id in its id, since who controls a contract's address
    /// on one chain need not control it on another. A committee of scheme ECDSA never asks a contract, on any chain.
    /// @dev Warning: a member of scheme CONTRACT that has code is asked by ERC-1271 alone, also where the code is a
    /// delegation by EIP-7702; and what a contract accepts today it may refuse tomorrow.
    function registerCommittee(Committee calldata committee) external returns (bytes32 id);

    /// @notice Takes a BLS key whose holder shows possession of its secret.
    /// @param key As EIP-2537 encodes it, 128 bytes.
    /// @param possession The proof of possession (py-ecc's `PopProve`), as EIP-2537 encodes it, 256 bytes.
    /// @dev Warning: never make a consensus validator's key an attester's. Validators sign with the same suite, and a
    /// contract cannot tell their keys from others. No validator signs a proof of possession by accident.
    /// @return member The key's name in committees.
    function registerKey(bytes calldata key, bytes calldata possession) external returns (bytes32 member);

    /// @notice Writes a committee of BLS keys down; it can attest from then on.
    /// @param keys Registered keys of 128 bytes each, ascending by their names in committees.
    /// @dev Warning: where secrets of members add up to zero, these members alone cannot attest.
    function registerBlsCommittee(uint8 threshold, bytes calldata keys) external returns (bytes32 id);

    /// @notice Records what members of a committee signed.
    /// @param signers The members that signed: bit 0 is the first.
    /// @param signatures By scheme. ECDSA: 65 bytes of each signer (r, s, v), in the order of the members. CONTRACT: the
    /// same, each preceded by its length in two bytes; a contract takes what it likes. BLS: the sum of all signers'
    /// signatures, 256 bytes as EIP-2537 encodes it.
    /// @param reports keccak256 of the digests of the signers' own reports, in the order of the members; 0 for none.
    /// @return digest What was signed.
    function attest(
        Attestation calldata attestation,
        bytes32 committee,
        uint256 signers,
        bytes calldata signatures,
        bytes32 reports
    ) external returns (bytes32 digest);

    /// @notice Records that a committee took an attestation back, whether that is recorded here or not.
    /// @param signers As in `attest`.
    /// @param signatures As in `attest`, over the revocation's digest.
    /// @dev Warning: a revocation cannot be taken back. To state the same again, members sign another `observedAt`.
    function revoke(Revocation calldata revocation, bytes32 committee, uint256 signers, bytes calldata signatures)
        external;

    /// @notice Returns a committee that was registered here; all zero for another.
    function committeeOf(bytes32 id) external view returns (Committee memory);

    /// @notice Returns what is recorded of an attestation of a committee; all zero where nothing is.
    function status(bytes32 committee, bytes32 digest) external view returns (Status memory);

    /// @notice Returns the id of a committee, or reverts where it is none.
    function committeeId(Committee calldata committee) external view returns (bytes32 id);

    /// @notice Returns what members sign to attest, by EIP-712 under a domain of a name and a version alone.
    function attestationDigest(Attestation calldata attestation) external view returns (bytes32 digest);

    /// @notice Returns what members sign to revoke, by EIP-712 under the same domain.
    function revocationDigest(Revocation calldata revocation) external view returns (bytes32 digest);

    /// @notice Describes the domain of the signatures, as EIP-5267 asks.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );

    /// @notice Names the contract and its version.
    function typeAndVersion() external view returns (string memory);
}
