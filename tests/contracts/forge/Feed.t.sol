// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AttestationRegistry} from "../../../contracts/AttestationRegistry.sol";
import {ReserveFeed} from "../../../contracts/ReserveFeed.sol";
import {ReserveFeedFactory} from "../../../contracts/ReserveFeedFactory.sol";
import {ReserveRegistry} from "../../../contracts/ReserveRegistry.sol";
import {IAttestationRegistry} from "../../../contracts/interfaces/IAttestationRegistry.sol";
import {IReserveFeed} from "../../../contracts/interfaces/IReserveFeed.sol";
import {IReserveRegistry} from "../../../contracts/interfaces/IReserveRegistry.sol";
import {Refuter} from "../solidity/Refuter.sol";
import {Fuzzed, vm} from "./Cheats.sol";
import {Members} from "./Members.sol";

/// @title World
/// @notice An issuer, a committee of three of whom two must sign, three feeds, and everybody who meddles with them.
contract World is Members {
    struct Statement {
        IAttestationRegistry.Attestation attestation;
        bytes32 digest;
        uint256 entry;
        IReserveFeed.Figure figure;
    }

    uint256 public constant KINDS = 3;
    address private constant ISSUER = address(0x155e00);
    bytes32 private constant POLICY = "policy";
    string private constant ASSET = "eip155:1/slip44:60";

    ReserveRegistry public immutable REGISTRY = new ReserveRegistry();
    AttestationRegistry public immutable ATTESTATIONS = new AttestationRegistry();
    Refuter private immutable OF_LIABILITIES = new Refuter();
    Refuter private immutable OF_BALANCES = new Refuter();
    bytes32 public immutable COMMITTEE;

    ReserveFeed[] public feeds;
    IReserveRegistry.AnchorPreimage[] private _entries;
    bytes32[] private _ids;
    Statement[] private _statements;

    /// @notice The statements that the rounds of each feed rest on.
    mapping(uint256 kind => uint256[]) private _settled;
    mapping(bytes32 digest => bool) public revoked;
    mapping(uint256 entry => bool) public refuted;
    bool public unsignedTaken;

    constructor() {
        COMMITTEE = ATTESTATIONS.registerCommittee(_committee(3, 2));
        ReserveFeedFactory factory = new ReserveFeedFactory(REGISTRY, ATTESTATIONS, OF_LIABILITIES, OF_BALANCES);
        for (uint256 kind = 0; kind < KINDS; ++kind) {
            feeds.push(ReserveFeed(factory.deploy(_parameters(IReserveFeed.Kind(kind)))));
        }
        _anchor(uint64(block.timestamp - 100_000), 0);
    }

    /* WHAT EVERYBODY DOES */

    /// @notice Goes the right way from an entry to rounds.
    function publish(uint128 liabilities, uint128 reserves, bool passes, uint8 kinds) external {
        _anchorNext(1);
        _state(_entries.length - 1, liabilities, reserves, passes ? 1 : 2, 3 hours);
        _attest(_statements.length - 1, 3);
        for (uint256 kind = 0; kind < KINDS; ++kind) {
            if ((kinds >> kind) & 1 == 1) _settle(kind, _statements.length - 1);
        }
    }

    function anchor(uint16 later) external {
        _anchorNext(later);
    }

    function correct() external {
        _anchor(_entries[_entries.length - 1].entry.instant, uint64(_entries.length));
    }

    function attest(uint256 entry, uint128 liabilities, uint128 reserves, uint8 outcome, uint8 signers) external {
        _state(entry % _entries.length, liabilities, reserves, outcome % 3 + 1, 2 hours);
        _attest(_statements.length - 1, signers % 8);
    }

    function settle(uint256 kind, uint256 statement) external {
        if (_statements.length != 0) _settle(kind % KINDS, statement % _statements.length);
    }

    /// @notice Brings figures that nobody signed.
    function cheat(uint256 kind, uint256 number, uint128 more) external {
        if (_statements.length == 0) return;
        Statement memory statement = _statements[number % _statements.length];
        IReserveFeed.Figure memory false_ = statement.figure;
        false_.reserves ^= more;
        if (more != 0 && _settles(kind % KINDS, statement, false_)) unsignedTaken = true;
    }

    function revoke(uint256 number, uint8 signers, bytes32 reason) external {
        if (_statements.length == 0) return;
        bytes32 digest = _statements[number % _statements.length].digest;
        IAttestationRegistry.Revocation memory revocation = IAttestationRegistry.Revocation(digest, reason);
        bytes memory signatures = _sign(ATTESTATIONS.revocationDigest(revocation), signers % 8);
        try ATTESTATIONS.revoke(revocation, COMMITTEE, signers % 8, signatures) {
            revoked[digest] = true;
        } catch {}
    }

    function refute(uint256 number, bool byBalance) external {
        // One in eight: otherwise hardly a round would stand.
        if (number % 8 != 0) return;
        uint256 entry = (number >> 8) % _entries.length;
        (byBalance ? OF_BALANCES : OF_LIABILITIES).refute(_ids[entry]);
        refuted[entry] = true;
    }

    function wait(uint16 time) external {
        vm.warp(block.timestamp + time);
    }

    /* WHAT BECAME OF IT */

    function settledCount(uint256 kind) external view returns (uint256) {
        return _settled[kind].length;
    }

    function settled(uint256 kind, uint256 round) external view returns (Statement memory) {
        return _statements[_settled[kind][round - 1]];
    }

    function instantOf(uint256 entry) external view returns (uint64) {
        return _entries[entry].entry.instant;
    }

    function statements() external view returns (Statement[] memory) {
        return _statements;
    }

    function _anchorNext(uint16 later) private {
        uint64 instant = _entries[_entries.length - 1].entry.instant + later + 1;
        if (instant <= block.timestamp) _anchor(instant, 0);
    }

    function _anchor(uint64 instant, uint64 supersedes) private {
        IReserveRegistry.AssetTotal[] memory totals = new IReserveRegistry.AssetTotal[](1);
        totals[0] = IReserveRegistry.AssetTotal(keccak256(bytes(ASSET)), 1, 1);
        IReserveRegistry.Anchor memory entry =
            IReserveRegistry.Anchor(instant, 0, 0, 0, "root", bytes32(_entries.length + 1), "set", supersedes);
        (bytes32 previous, uint64 sequence,,) = REGISTRY.head(ISSUER);
        vm.prank(ISSUER);
        _ids.push(REGISTRY.anchor(entry, totals));
        _entries.push(
            IReserveRegistry.AnchorPreimage(ISSUER, sequence + 1, previous, entry, keccak256(abi.encode(totals)))
        );
    }

    function _state(uint256 entry, uint128 liabilities, uint128 reserves, uint8 outcome, uint64 lasting) private {
        Statement storage made = _statements.push();
        made.figure = IReserveFeed.Figure(keccak256(bytes(ASSET)), liabilities, reserves);
        made.attestation = IAttestationRegistry.Attestation({
            commitment: _ids[entry],
            policyDigest: POLICY,
            rulebookDigests: bytes32(_statements.length),
            outcome: outcome,
            figures: keccak256(abi.encode(_list(made.figure))),
            observedAt: uint64(block.timestamp),
            expiresAt: uint64(block.timestamp) + lasting
        });
        made.digest = ATTESTATIONS.attestationDigest(made.attestation);
        made.entry = entry;
    }

    function _attest(uint256 number, uint256 signers) private {
        Statement memory statement = _statements[number];
        bytes memory signatures = _sign(statement.digest, signers);
        try ATTESTATIONS.attest(statement.attestation, COMMITTEE, signers, signatures, 0) {} catch {}
    }

    function _settle(uint256 kind, uint256 number) private {
        Statement memory statement = _statements[number];
        if (_settles(kind, statement, statement.figure)) _settled[kind].push(number);
    }

    function _settles(uint256 kind, Statement memory statement, IReserveFeed.Figure memory figure)
        private
        returns (bool taken)
    {
        try feeds[kind].settle(statement.attestation, _list(figure), _entries[statement.entry]) {
            return true;
        } catch {}
    }

    function _list(IReserveFeed.Figure memory figure) private pure returns (IReserveFeed.Figure[] memory figures) {
        figures = new IReserveFeed.Figure[](1);
        figures[0] = figure;
    }

    function _parameters(IReserveFeed.Kind kind) private view returns (IReserveFeed.Parameters memory) {
        return IReserveFeed.Parameters(ISSUER, COMMITTEE, POLICY, ASSET, 8, kind);
    }
}

/// @title FeedTest
/// @notice Whatever is done, a feed answers what its committee attested, or the worst where that was taken back.
contract FeedTest is Fuzzed {
    World private _world;

    function setUp() external {
        vm.warp(1_800_000_000);
        _world = new World();
        _target(address(_world));
    }

    function invariant_roundsAnswerWhatWasAttestedOrTheWorstForEver() external view {
        for (uint256 kind = 0; kind < _world.KINDS(); ++kind) {
            for (uint256 round = 1; round <= _world.settledCount(kind); ++round) {
                _requireAnswer(kind, uint80(round));
            }
        }
    }

    function invariant_roundsAreContiguousAndFollowTheSequence() external view {
        for (uint256 kind = 0; kind < _world.KINDS(); ++kind) {
            ReserveFeed feed = _world.feeds(kind);
            uint256 count = _world.settledCount(kind);
            require(feed.rounds() == count, "a round out of nothing");
            uint64 before = 0;
            for (uint256 round = 1; round <= count; ++round) {
                (uint64 sequence, bytes32 digest,,) = feed.roundOrigin(uint80(round));
                require(sequence > before, "not the issuer's sequence");
                require(digest == _world.settled(kind, round).digest, "another attestation");
                before = sequence;
            }
        }
    }

    function invariant_theNewestRoundNeverReverts() external view {
        for (uint256 kind = 0; kind < _world.KINDS(); ++kind) {
            ReserveFeed feed = _world.feeds(kind);
            uint256 count = _world.settledCount(kind);
            (bool answered, bytes memory newest) = address(feed).staticcall(abi.encodeCall(feed.latestRoundData, ()));
            require(answered == (count != 0), "the first round decides");
            if (count == 0) continue;
            (, bytes memory same) = address(feed).staticcall(abi.encodeCall(feed.getRoundData, (uint80(count))));
            require(keccak256(newest) == keccak256(same), "the newest is another");
        }
    }

    function invariant_whatIsAttestedWasSignedByAQuorum() external view {
        require(!_world.unsignedTaken(), "figures were taken that nobody signed");
        World.Statement[] memory statements = _world.statements();
        for (uint256 i = 0; i < statements.length; ++i) {
            IAttestationRegistry.Status memory known =
                _world.ATTESTATIONS().status(_world.COMMITTEE(), statements[i].digest);
            uint128 signers = known.signers;
            require(known.attestedAt == 0 || signers == 3 || signers >= 5 && signers <= 7, "no quorum signed");
            require((known.revokedAt != 0) == _world.revoked(statements[i].digest), "a revocation was lost");
        }
    }

    function _requireAnswer(uint256 kind, uint80 round) private view {
        World.Statement memory statement = _world.settled(kind, round);
        (uint80 id, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredIn) =
            _world.feeds(kind).getRoundData(round);
        require(id == round && answeredIn == round, "another round");
        require(startedAt == updatedAt && updatedAt == _world.instantOf(statement.entry), "another snapshot");
        require(updatedAt <= block.timestamp, "a snapshot in the future");
        bool isVoid = _world.revoked(statement.digest) || _world.refuted(statement.entry);
        uint256 attested = _attested(kind, statement.figure);
        uint256 worst = kind == uint256(IReserveFeed.Kind.LIABILITIES) ? type(uint128).max : 0;
        require(answer == int256(isVoid ? worst : attested), "another answer");
        (,, uint128 figure, bool toldVoid) = _world.feeds(kind).roundOrigin(round);
        require(figure == attested && toldVoid == isVoid, "another origin");
    }

    function _attested(uint256 kind, IReserveFeed.Figure memory figure) private pure returns (uint256) {
        if (kind == uint256(IReserveFeed.Kind.RESERVES)) return figure.reserves;
        if (kind == uint256(IReserveFeed.Kind.LIABILITIES)) return figure.liabilities;
        uint256 ratio = uint256(figure.reserves) * 1e8 / figure.liabilities;
        return ratio > type(uint128).max ? type(uint128).max : ratio;
    }
}

/// @title CoinsTest
/// @notice Nothing takes coins.
contract CoinsTest {
    World private _world;

    function setUp() external {
        vm.warp(1_800_000_000);
        _world = new World();
    }

    function testFuzz_nothingTakesCoins(bytes calldata call, uint64 coins) external {
        address[3] memory places =
            [address(_world.REGISTRY()), address(_world.ATTESTATIONS()), address(_world.feeds(0))];
        for (uint256 i = 0; i < places.length; ++i) {
            (bool taken,) = places[i].call{value: uint256(coins) + 1}(call);
            require(!taken && places[i].balance == 0, "coins were taken");
        }
    }
}
