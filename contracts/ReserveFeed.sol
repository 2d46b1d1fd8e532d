// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AggregatorV3Interface} from "./interfaces/AggregatorV3Interface.sol";
import {IAttestationRegistry} from "./interfaces/IAttestationRegistry.sol";
import {IChallenges} from "./interfaces/IChallenges.sol";
import {IReserveFeed} from "./interfaces/IReserveFeed.sol";
import {IReserveRegistry} from "./interfaces/IReserveRegistry.sol";
import {AnchorId} from "./lib/AnchorId.sol";

/// @title ReserveFeed
/// @notice Publishes what a committee attested; all documentation is on the interface.
contract ReserveFeed is IReserveFeed {
    /// @notice The contracts that a feed asks.
    struct Sources {
        IReserveRegistry registry;
        IAttestationRegistry attestations;
        IChallenges liabilityChallenges;
        IChallenges balanceChallenges;
    }

    /// @dev Two slots.
    struct Round {
        bytes32 attestation;
        uint128 attested;
        uint64 instant;
        uint64 sequence;
    }

    uint8 private constant PASS = 1;
    uint8 private constant INCONCLUSIVE = 3;
    uint8 private constant MAX_DECIMALS = 38;
    uint8 private constant RATIO_DECIMALS = 8;

    IReserveRegistry private immutable REGISTRY;
    IAttestationRegistry private immutable ATTESTATIONS;
    IChallenges private immutable LIABILITY_CHALLENGES;
    IChallenges private immutable BALANCE_CHALLENGES;
    address private immutable ISSUER;
    bytes32 private immutable COMMITTEE;
    bytes32 private immutable POLICY_DIGEST;
    bytes32 private immutable ASSET;
    Kind private immutable KIND;

    /// @inheritdoc AggregatorV3Interface
    uint8 public immutable decimals;

    /// @inheritdoc AggregatorV3Interface
    uint256 public constant version = 1;

    /// @inheritdoc IReserveFeed
    string public constant typeAndVersion = "ReserveFeed 1.0.0 (unaudited)";

    string private _asset;
    Round[] private _rounds;

    constructor(Parameters memory made, Sources memory sources) {
        bool fits = made.kind == Kind.RATIO ? made.decimals == RATIO_DECIMALS : made.decimals <= MAX_DECIMALS;
        require(fits, DecimalsOutOfRange(made.decimals));
        REGISTRY = sources.registry;
        ATTESTATIONS = sources.attestations;
        LIABILITY_CHALLENGES = sources.liabilityChallenges;
        BALANCE_CHALLENGES = sources.balanceChallenges;
        ISSUER = made.issuer;
        COMMITTEE = made.committee;
        POLICY_DIGEST = made.policyDigest;
        ASSET = keccak256(bytes(made.asset));
        KIND = made.kind;
        decimals = made.decimals;
        _asset = made.asset;
    }

    /// @inheritdoc IReserveFeed
    function settle(
        IAttestationRegistry.Attestation calldata attestation,
        Figure[] calldata figures,
        IReserveRegistry.AnchorPreimage calldata anchor
    ) external returns (uint80 roundId) {
        bytes32 digest = _requireAttested(attestation);
        _requireAnchored(anchor, attestation);
        bytes32 opened = keccak256(abi.encode(figures));
        require(opened == attestation.figures, FiguresMismatch(opened, attestation.figures));
        uint128 attested = _attested(figures);

        _rounds.push(Round(digest, attested, anchor.entry.instant, anchor.sequence));
        roundId = rounds();

        emit RoundStarted(roundId, anchor.sequence, digest, attestation.outcome);
        emit AnswerUpdated(_answer(_rounds[roundId - 1]), roundId, anchor.entry.instant);
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId)
        public
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        Round memory round = _round(roundId);
        return (roundId, _answer(round), round.instant, round.instant, roundId);
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData()
        external
        view
        returns (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return getRoundData(rounds());
    }

    /// @inheritdoc IReserveFeed
    function roundOrigin(uint80 roundId)
        external
        view
        returns (uint64 sequence, bytes32 attestation, uint128 attested, bool isVoid)
    {
        Round memory round = _round(roundId);
        return (round.sequence, round.attestation, round.attested, _void(round));
    }

    /// @inheritdoc IReserveFeed
    function rounds() public view returns (uint80) {
        return uint80(_rounds.length);
    }

    /// @inheritdoc IReserveFeed
    function parameters() external view returns (Parameters memory) {
        return Parameters(ISSUER, COMMITTEE, POLICY_DIGEST, _asset, decimals, KIND);
    }

    /// @inheritdoc AggregatorV3Interface
    function description() external view returns (string memory) {
        string memory kind = KIND == Kind.RESERVES ? "RESERVES" : KIND == Kind.LIABILITIES ? "LIABILITIES" : "RATIO";
        return string.concat(kind, " of ", _asset, ", as attested");
    }

    function _requireAttested(IAttestationRegistry.Attestation calldata attestation)
        private
        view
        returns (bytes32 digest)
    {
        require(attestation.policyDigest == POLICY_DIGEST, OtherPolicy(attestation.policyDigest));
        require(attestation.outcome != INCONCLUSIVE, Inconclusive());
        require(attestation.expiresAt > block.timestamp, AttestationExpired(attestation.expiresAt, block.timestamp));
        digest = ATTESTATIONS.attestationDigest(attestation);
        IAttestationRegistry.Status memory status = ATTESTATIONS.status(COMMITTEE, digest);
        require(status.revokedAt == 0, AttestationRevoked(digest));
        require(status.attestedAt != 0, NotAttested(digest));
    }

    function _requireAnchored(
        IReserveRegistry.AnchorPreimage calldata anchor,
        IAttestationRegistry.Attestation calldata attestation
    ) private view {
        bytes32 id = AnchorId.requireAnchored(REGISTRY, anchor);
        require(id == attestation.commitment, CommitmentMismatch(id, attestation.commitment));
        require(anchor.issuer == ISSUER, OtherIssuer(anchor.issuer));
        uint64 newest = _rounds.length == 0 ? 0 : _rounds[_rounds.length - 1].sequence;
        require(anchor.sequence > newest, StaleSequence(anchor.sequence, newest));
        uint64 correction = attestation.outcome == PASS ? REGISTRY.supersededBy(ISSUER, anchor.sequence) : 0;
        require(correction == 0, Superseded(anchor.sequence, correction));
    }

    function _attested(Figure[] calldata figures) private view returns (uint128 attested) {
        bytes32 previous = 0;
        bool found = false;
        for (uint256 i = 0; i < figures.length; ++i) {
            require(i == 0 || figures[i].asset > previous, FiguresNotAscending(i));
            previous = figures[i].asset;
            if (previous == ASSET) (found, attested) = (true, _ofKind(figures[i]));
        }
        require(found, AssetNotAttested(ASSET));
    }

    function _ofKind(Figure calldata figure) private view returns (uint128) {
        if (KIND == Kind.RESERVES) return figure.reserves;
        if (KIND == Kind.LIABILITIES) return figure.liabilities;
        require(figure.liabilities != 0, NothingOwed());
        return _ratioDown(figure.reserves, figure.liabilities);
    }

    function _ratioDown(uint256 reserves, uint256 liabilities) private pure returns (uint128) {
        uint256 ratio = reserves * 10 ** RATIO_DECIMALS / liabilities;
        return ratio > type(uint128).max ? type(uint128).max : uint128(ratio);
    }

    function _round(uint80 roundId) private view returns (Round memory) {
        require(roundId != 0 && roundId <= _rounds.length, NoDataPresent());
        return _rounds[roundId - 1];
    }

    function _answer(Round memory round) private view returns (int256) {
        if (!_void(round)) return int256(uint256(round.attested));
        return KIND == Kind.LIABILITIES ? int256(uint256(type(uint128).max)) : int256(0);
    }

    function _void(Round memory round) private view returns (bool) {
        if (ATTESTATIONS.status(COMMITTEE, round.attestation).revokedAt != 0) return true;
        bytes32 id = REGISTRY.idAt(ISSUER, round.sequence);
        return LIABILITY_CHALLENGES.refuted(id) || BALANCE_CHALLENGES.refuted(id);
    }
}
