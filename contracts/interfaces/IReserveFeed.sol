// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.4;

import {AggregatorV3Interface} from "./AggregatorV3Interface.sol";
import {IAttestationRegistry} from "./IAttestationRegistry.sol";
import {IReserveRegistry} from "./IReserveRegistry.sol";

/// @title IReserveFeed
/// @notice What one committee attested, under one policy, of one asset of one issuer, to be read like a price feed.
/// @dev The answer is the figure that the committee attested, never one that the issuer claimed. `updatedAt` is the
/// snapshot: a late publication is as old as it looks.
/// @dev A round whose attestation was revoked, or whose commitment was refuted, answers 0 for ever, a feed of
/// liabilities 2^128 - 1. So it does for the round's own id, and for the newest round until a later one starts.
/// @dev Warning: check `updatedAt` yourself. Nothing here gets old by itself: when the committee cannot decide, or says
/// nothing any more, the newest round stays what it is. `examples/ReserveGate.sol` shows how to read a feed.
/// @dev Warning: an answer is no verdict. A committee that found FAIL still attests figures, and they are published.
/// @dev Warning: there is a feed for whatever anyone asked for: for a committee of one, for an issuer of no substance,
/// with decimals that are not the asset's. Check all parameters before you rely on a feed.
/// @dev Warning: a round follows the issuer's sequence, and none is started for an entry before the newest round's. An
/// entry of which no attestation was brought here in time has no round.
/// @dev Warning: where a committee attested twice of one entry, the first one brought here counts. A committee that
/// changed its mind must revoke.
/// @dev Warning: a correction by the issuer does not undo a round. The figure of the corrected entry stands until the
/// correction is attested and brought here, or the attestation is revoked.
/// @dev Warning: a snapshot says nothing about the time between snapshots, nor whether coins were borrowed for it.
interface IReserveFeed is AggregatorV3Interface {
    /// @notice What a feed's answers are: proven reserves, committed liabilities, or the first divided by the second.
    enum Kind {
        RESERVES,
        LIABILITIES,
        RATIO
    }

    /// @notice All that a feed is made for.
    /// @param issuer The issuer's address in the registry.
    /// @param committee Whose attestations move the feed.
    /// @param policyDigest The policy under which they were made.
    /// @param asset The asset's CAIP-19 text.
    /// @param decimals The asset's digits after the point, 38 at most; for a RATIO 8.
    /// @param kind What the answers are.
    struct Parameters {
        address issuer;
        bytes32 committee;
        bytes32 policyDigest;
        string asset;
        uint8 decimals;
        Kind kind;
    }

    /// @notice What a committee found of an asset, in base units. An attestation signs keccak256(abi.encode(figures)).
    /// @param asset keccak256 of the asset's CAIP-19 text.
    /// @param liabilities What the issuer committed to owe.
    /// @param reserves What was proven that it holds.
    struct Figure {
        bytes32 asset;
        uint128 liabilities;
        uint128 reserves;
    }

    /// @notice The answer changed, in the words of other feeds.
    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    /// @notice A round was started.
    /// @param sequence The issuer's entry that it is about.
    /// @param attestation The digest of the attestation that it rests on.
    /// @param outcome 1 PASS, 2 FAIL.
    event RoundStarted(uint80 indexed roundId, uint64 indexed sequence, bytes32 indexed attestation, uint8 outcome);

    /// @notice Thrown when a feed has no such round.
    error NoDataPresent();

    /// @notice Thrown when the decimals are more than 38 or, for a RATIO, not 8.
    error DecimalsOutOfRange(uint8 decimals);

    /// @notice Thrown when an attestation was made under another policy.
    error OtherPolicy(bytes32 policyDigest);

    /// @notice Thrown when an attestation decided nothing, so that it starts no round.
    error Inconclusive();

    /// @notice Thrown when the figures are not those that were signed.
    error FiguresMismatch(bytes32 digest, bytes32 signed);

    /// @notice Thrown when the figures do not ascend strictly by asset.
    error FiguresNotAscending(uint256 position);

    /// @notice Thrown when nothing was attested of the feed's asset.
    error AssetNotAttested(bytes32 asset);

    /// @notice Thrown when a ratio has no liabilities to divide by.
    error NothingOwed();

    /// @notice Thrown when the registry's entry is another issuer's.
    error OtherIssuer(address issuer);

    /// @notice Thrown when the registry's entry is not the one that was attested.
    error CommitmentMismatch(bytes32 id, bytes32 attested);

    /// @notice Thrown when an entry is not later than that of the newest round.
    error StaleSequence(uint64 sequence, uint64 newest);

    /// @notice Thrown when an entry was corrected and the attestation would pass what the issuer withdrew.
    error Superseded(uint64 sequence, uint64 correction);

    /// @notice Thrown when the committee's attestation is not recorded.
    error NotAttested(bytes32 digest);

    /// @notice Thrown when the committee revoked its attestation.
    error AttestationRevoked(bytes32 digest);

    /// @notice Thrown when an attestation can start no round any more.
    error AttestationExpired(uint64 expiresAt, uint256 timestamp);

    /// @notice Starts a round. Anyone may call this.
    /// @param attestation Recorded for the feed's committee, neither revoked nor expired, and not inconclusive.
    /// @param figures All that it signed, ascending strictly by asset.
    /// @param anchor The issuer's entry that it is about; of a later sequence than that of the newest round.
    /// @dev Warning: an entry that the issuer corrected starts a round only for a FAIL. So nobody brings back what was
    /// withdrawn, and no issuer stops bad news by a correction.
    /// @return roundId The new round.
    function settle(
        IAttestationRegistry.Attestation calldata attestation,
        Figure[] calldata figures,
        IReserveRegistry.AnchorPreimage calldata anchor
    ) external returns (uint80 roundId);

    /// @notice Returns what a round rests on; reverts where there is no such round.
    /// @return sequence The issuer's entry.
    /// @return attestation The digest of the attestation.
    /// @return attested The figure that was attested, whatever became of it.
    /// @return isVoid Whether the attestation was revoked or the entry refuted, so that the figure is not the answer.
    function roundOrigin(uint80 roundId)
        external
        view
        returns (uint64 sequence, bytes32 attestation, uint128 attested, bool isVoid);

    /// @notice Returns how many rounds there are; the newest has this id.
    function rounds() external view returns (uint80);

    /// @notice Returns all that the feed is made for.
    function parameters() external view returns (Parameters memory);

    /// @notice Names the contract and its version.
    function typeAndVersion() external view returns (string memory);
}
