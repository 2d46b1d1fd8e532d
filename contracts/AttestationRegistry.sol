// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAttestationRegistry} from "./interfaces/IAttestationRegistry.sol";
import {Bls12381} from "./lib/Bls12381.sol";
import {StoredBytes, readStoredBytes} from "./lib/StoredBytes.sol";

/// @title AttestationRegistry
/// @notice See `IAttestationRegistry`.
contract AttestationRegistry is IAttestationRegistry {
    /// @dev `content` holds the members, or the total of the BLS keys and then the keys.
    struct StoredCommittee {
        StoredBytes content;
        Scheme scheme;
        uint8 threshold;
        uint8 members;
    }

    uint256 private constant MAX_MEMBERS = 128;
    uint256 private constant ECDSA_BYTES = 65;
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    uint256 private constant ERC1271_GAS = 200_000;
    uint256 private constant ERC1271_SELECTOR = 0x1626ba7e;

    string private constant NAME = "Proof of Reserves Attestation";
    string private constant VERSION = "1";
    bytes32 private constant ATTESTATION_TYPE = keccak256(
        "Attestation(bytes32 commitment,bytes32 policyDigest,bytes32 rulebookDigests,uint8 outcome,bytes32 figures,"
        "uint64 observedAt,uint64 expiresAt)"
    );
    bytes32 private constant REVOCATION_TYPE = keccak256("Revocation(bytes32 attestation,bytes32 reason)");
    bytes32 private constant DOMAIN_TYPE = keccak256("EIP712Domain(string name,string version)");
    bytes32 private immutable DOMAIN =
        keccak256(abi.encode(DOMAIN_TYPE, keccak256(bytes(NAME)), keccak256(bytes(VERSION))));

    mapping(bytes32 id => StoredCommittee) private _committees;
    mapping(bytes32 keyDigest => bytes32 member) private _keys;
    mapping(bytes32 committee => mapping(bytes32 digest => Status)) private _status;

    /* COMMITTEES */

    /// @inheritdoc IAttestationRegistry
    function registerCommittee(Committee calldata committee) external returns (bytes32 id) {
        require(committee.scheme != Scheme.BLS, WrongScheme(Scheme.BLS));
        return _register(committee, abi.encodePacked(committee.members));
    }

    /// @inheritdoc IAttestationRegistry
    function registerKey(bytes calldata key, bytes calldata possession) external returns (bytes32 member) {
        member = keccak256(Bls12381.compress(key));
        require(_keys[keccak256(key)] == 0, KeyAlreadyRegistered(member));
        Bls12381.requirePossession(key, possession);

        _keys[keccak256(key)] = member;

        emit KeyRegistered(member, key);
    }

    /// @inheritdoc IAttestationRegistry
    function registerBlsCommittee(uint8 threshold, bytes calldata keys) external returns (bytes32 id) {
        Committee memory committee = Committee(Scheme.BLS, threshold, _membersOf(keys));
        return _register(committee, bytes.concat(Bls12381.total(keys), keys));
    }

    /* STATEMENTS */

    /// @inheritdoc IAttestationRegistry
    function attest(
        Attestation memory attestation,
        bytes32 committee,
        uint256 signers,
        bytes calldata signatures,
        bytes32 reports
    ) external returns (bytes32 digest) {
        digest = attestationDigest(attestation);
        _requireSigned(digest, committee, signers, signatures);
        _requireTimely(attestation);
        Status storage known = _status[committee][digest];
        require(known.revokedAt == 0, AttestationRevoked(digest));
        require(known.attestedAt == 0, AlreadyAttested(digest));

        (known.attestedAt, known.signers) = (uint64(block.timestamp), uint128(signers));

        emit Attested(attestation.commitment, committee, digest, attestation, signers, reports);
    }

    /// @inheritdoc IAttestationRegistry
    function revoke(Revocation calldata revocation, bytes32 committee, uint256 signers, bytes calldata signatures)
        external
    {
        _requireSigned(revocationDigest(revocation), committee, signers, signatures);
        Status storage known = _status[committee][revocation.attestation];
        require(known.revokedAt == 0, AlreadyRevoked(revocation.attestation));

        known.revokedAt = uint64(block.timestamp);

        emit Revoked(committee, revocation.attestation, revocation.reason, signers);
    }

    /* VIEWS */

    /// @inheritdoc IAttestationRegistry
    function committeeOf(bytes32 id) external view returns (Committee memory committee) {
        StoredCommittee memory stored = _committees[id];
        committee = Committee(stored.scheme, stored.threshold, new bytes32[](stored.members));
        bytes memory content = _contentOf(stored);
        for (uint256 i = 0; i < stored.members; ++i) {
            committee.members[i] = stored.scheme == Scheme.BLS ? _keys[_keyDigest(content, i)] : _memberAt(content, i);
        }
    }

    /// @inheritdoc IAttestationRegistry
    function status(bytes32 committee, bytes32 digest) external view returns (Status memory) {
        return _status[committee][digest];
    }

    /// @inheritdoc IAttestationRegistry
    function committeeId(Committee memory committee) public view returns (bytes32 id) {
        (uint256 count, uint8 threshold) = (committee.members.length, committee.threshold);
        require(committee.scheme != Scheme.NONE, WrongScheme(Scheme.NONE));
        require(count != 0 && count <= MAX_MEMBERS, MemberCount(count));
        require(threshold != 0 && threshold <= count, ThresholdOutOfRange(threshold, count));
        bytes32 previous = 0;
        for (uint256 i = 0; i < count; ++i) {
            require(committee.members[i] > previous, MembersNotAscending(i));
            previous = committee.members[i];
        }
        // Members ascend: if the last one is an address, all are.
        require(committee.scheme == Scheme.BLS || uint256(previous) >> 160 == 0, NotAnAddress(previous));
        uint256 chainId = committee.scheme == Scheme.CONTRACT ? block.chainid : 0;
        return keccak256(abi.encode(committee.scheme, threshold, chainId, committee.members));
    }

    /// @inheritdoc IAttestationRegistry
    function attestationDigest(Attestation memory attestation) public view returns (bytes32 digest) {
        return _typedDigest(keccak256(abi.encode(ATTESTATION_TYPE, attestation)));
    }

    /// @inheritdoc IAttestationRegistry
    function revocationDigest(Revocation calldata revocation) public view returns (bytes32 digest) {
        return _typedDigest(keccak256(abi.encode(REVOCATION_TYPE, revocation)));
    }

    /// @inheritdoc IAttestationRegistry
    function eip712Domain()
        external
        pure
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        return (0x03, NAME, VERSION, 0, address(0), 0, new uint256[](0));
    }

    /// @inheritdoc IAttestationRegistry
    function typeAndVersion() external pure returns (string memory) {
        return "AttestationRegistry 1.0.0 (unaudited)";
    }

    /* INTERNALS */

    function _register(Committee memory committee, bytes memory content) private returns (bytes32 id) {
        id = committeeId(committee);
        require(_committees[id].threshold == 0, CommitteeAlreadyRegistered(id));

        _committees[id] = StoredCommittee(
            new StoredBytes(content), committee.scheme, committee.threshold, uint8(committee.members.length)
        );

        emit CommitteeRegistered(id, committee);
    }

    function _membersOf(bytes calldata keys) private view returns (bytes32[] memory members) {
        require(keys.length % Bls12381.KEY_BYTES == 0, Bls12381.PointLength(Bls12381.KEY_BYTES, keys.length));
        members = new bytes32[](keys.length / Bls12381.KEY_BYTES);
        for (uint256 i = 0; i < members.length; ++i) {
            members[i] = _keys[keccak256(keys[i * Bls12381.KEY_BYTES:(i + 1) * Bls12381.KEY_BYTES])];
            require(members[i] != 0, KeyNotRegistered(i));
        }
    }

    function _requireTimely(Attestation memory attestation) private view {
        (uint8 outcome, uint64 observedAt, uint64 expiresAt) =
            (attestation.outcome, attestation.observedAt, attestation.expiresAt);
        require(outcome != 0 && outcome <= 3, UnknownOutcome(outcome));
        require(observedAt <= block.timestamp, ObservedInFuture(observedAt, block.timestamp));
        require(expiresAt > block.timestamp, AttestationExpired(expiresAt, block.timestamp));
    }

    function _requireSigned(bytes32 digest, bytes32 committee, uint256 signers, bytes calldata signatures)
        private
        view
    {
        StoredCommittee memory stored = _committees[committee];
        require(stored.threshold != 0, CommitteeNotRegistered(committee));
        require(signers >> stored.members == 0, SignerOutOfRange(signers, stored.members));
        uint256 signed = Bls12381.countBits(signers);
        require(signed >= stored.threshold, BelowThreshold(signed, stored.threshold));
        bytes memory content = _contentOf(stored);
        if (stored.scheme == Scheme.BLS) {
            Bls12381.requireSigned(content, signers, signed, abi.encode(digest), signatures);
        } else {
            _requireEachSigned(digest, content, signers, signatures, stored.scheme == Scheme.CONTRACT);
        }
    }

    function _requireEachSigned(
        bytes32 digest,
        bytes memory members,
        uint256 signers,
        bytes calldata signatures,
        bool contracts
    ) private view {
        for (uint256 i = 0; signers >> i != 0; ++i) {
            if ((signers >> i) & 1 == 0) continue;
            uint256 length = ECDSA_BYTES;
            if (contracts) {
                require(signatures.length >= 2, SignatureMissing(i));
                length = uint16(bytes2(signatures[:2]));
                signatures = signatures[2:];
            }
            require(signatures.length >= length, SignatureMissing(i));
            _requireMember(digest, address(uint160(uint256(_memberAt(members, i)))), signatures[:length], i, contracts);
            signatures = signatures[length:];
        }
        require(signatures.length == 0, SignaturesTooLong(signatures.length));
    }

    function _requireMember(bytes32 digest, address member, bytes calldata signature, uint256 position, bool contracts)
        private
        view
    {
        if (contracts && member.code.length != 0) {
            require(_accepts(member, digest, signature), ContractRefused(position));
            return;
        }
        require(signature.length == ECDSA_BYTES, MalformedSignature(position));
        bytes32 r;
        bytes32 s;
        uint8 v;
        assembly ("memory-safe") {
            r := calldataload(signature.offset)
            s := calldataload(add(signature.offset, 32))
            v := byte(0, calldataload(add(signature.offset, 64)))
        }
        require(v == 27 || v == 28, MalformedSignature(position));
        require(uint256(s) <= HALF_ORDER, MalleableSignature(position));
        // Where there is no key ecrecover answers zero, which no member is.
        require(ecrecover(digest, v, r, s) == member, SignatureMismatch(position));
    }

    function _accepts(address member, bytes32 digest, bytes calldata signature) private view returns (bool accepted) {
        bytes memory question = abi.encodeWithSelector(bytes4(uint32(ERC1271_SELECTOR)), digest, signature);
        assembly ("memory-safe") {
            // However long the answer is, one word of it is taken.
            accepted := staticcall(ERC1271_GAS, member, add(question, 32), mload(question), 0, 32)
            accepted := and(accepted, gt(returndatasize(), 31))
            accepted := and(accepted, eq(mload(0), shl(224, ERC1271_SELECTOR)))
        }
    }

    function _contentOf(StoredCommittee memory stored) private view returns (bytes memory content) {
        bool bls = stored.scheme == Scheme.BLS;
        uint256 length = bls ? (stored.members + 1) * Bls12381.KEY_BYTES : uint256(stored.members) * 32;
        return readStoredBytes(address(stored.content), length);
    }

    function _memberAt(bytes memory members, uint256 position) private pure returns (bytes32 member) {
        assembly ("memory-safe") {
            member := mload(add(members, mul(32, add(position, 1))))
        }
    }

    function _keyDigest(bytes memory totalAndKeys, uint256 position) private pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            digest := keccak256(add(totalAndKeys, add(32, mul(128, add(position, 1)))), 128)
        }
    }

    function _typedDigest(bytes32 structDigest) private view returns (bytes32 digest) {
        return keccak256(abi.encodePacked(hex"1901", DOMAIN, structDigest));
    }
}
