// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReserveRegistry} from "../../../contracts/ReserveRegistry.sol";
import {IReserveRegistry} from "../../../contracts/interfaces/IReserveRegistry.sol";
import {Fuzzed, derived, vm} from "./Cheats.sol";

/// @title Issuers
/// @notice Three issuers that anchor what is right and what is not, and write down what was taken.
contract Issuers {
    uint256 public constant COUNT = 3;

    ReserveRegistry public immutable REGISTRY = new ReserveRegistry();

    mapping(address issuer => IReserveRegistry.AnchorPreimage[]) private _taken;
    mapping(address issuer => bytes32[]) private _ids;

    function publish(uint256 seed, uint256 who, int8 later, uint8 assets) external {
        address issuer = issuerAt(who);
        (,, uint64 newest,) = REGISTRY.head(issuer);
        uint256 instant = newest == 0 ? block.timestamp - 50_000 : newest;
        _anchor(issuer, _entry(seed, uint64(uint256(int256(instant) + later)), 0), _totals(seed, assets % 4));
    }

    function correct(uint256 seed, uint256 who, uint8 back, bool sameInstant) external {
        address issuer = issuerAt(who);
        (, uint64 sequence, uint64 newest,) = REGISTRY.head(issuer);
        uint64 corrected = back % 4 == 0 && sequence > 0 ? sequence - 1 : sequence;
        _anchor(issuer, _entry(seed, sameInstant ? newest : newest + 1, corrected), _totals(seed, 1));
    }

    function meddle(address sender, uint256 seed) external {
        _anchor(sender, _entry(seed, uint64(block.timestamp), 0), _totals(seed, 1));
    }

    function wait(uint16 time) external {
        vm.warp(block.timestamp + time);
    }

    function issuerAt(uint256 number) public pure returns (address) {
        return address(uint160(0x155e00 + number % COUNT));
    }

    function taken(address issuer) external view returns (IReserveRegistry.AnchorPreimage[] memory) {
        return _taken[issuer];
    }

    function ids(address issuer) external view returns (bytes32[] memory) {
        return _ids[issuer];
    }

    function _anchor(address issuer, IReserveRegistry.Anchor memory entry, IReserveRegistry.AssetTotal[] memory totals)
        private
    {
        (bytes32 previous, uint64 sequence,,) = REGISTRY.head(issuer);
        vm.prank(issuer);
        try REGISTRY.anchor(entry, totals) returns (bytes32 id) {
            bytes32 digest = keccak256(abi.encode(totals));
            _taken[issuer].push(IReserveRegistry.AnchorPreimage(issuer, sequence + 1, previous, entry, digest));
            _ids[issuer].push(id);
        } catch {}
    }

    function _entry(uint256 seed, uint64 instant, uint64 supersedes)
        private
        view
        returns (IReserveRegistry.Anchor memory)
    {
        bytes32 root = seed % 16 == 0 ? bytes32(0) : bytes32(derived(seed, 1));
        return IReserveRegistry.Anchor({
            instant: instant,
            snapshotChainId: uint64(block.chainid),
            snapshotBlock: uint64(block.number),
            snapshotBlockHash: bytes32(derived(seed, 0)),
            commitmentsRoot: root,
            bundleDigest: bytes32(derived(seed, 2)),
            reserveSetRoot: bytes32(derived(seed, 3)),
            supersedes: supersedes
        });
    }

    function _totals(uint256 seed, uint256 count) private pure returns (IReserveRegistry.AssetTotal[] memory totals) {
        totals = new IReserveRegistry.AssetTotal[](count);
        for (uint256 i = 0; i < count; ++i) {
            // Now and then two in a row are the same, or stand in the wrong order.
            bytes32 asset = bytes32(seed % 8 == 0 ? derived(seed, 4) >> i : i + 1);
            totals[i] = IReserveRegistry.AssetTotal(asset, uint128(derived(seed, 5)), uint128(derived(seed, 6)));
        }
    }
}

/// @title RegistryTest
/// @notice Whatever is done, an issuer's list only grows, and every entry binds all that came before.
contract RegistryTest is Fuzzed {
    Issuers private _issuers;

    function setUp() external {
        vm.warp(1_800_000_000);
        _issuers = new Issuers();
        _target(address(_issuers));
    }

    function invariant_listsOnlyGrowAndAreChained() external view {
        for (uint256 i = 0; i < _issuers.COUNT(); ++i) {
            _requireChained(_issuers.issuerAt(i));
        }
    }

    function invariant_instantsAscendAndStandStillOnlyForCorrections() external view {
        for (uint256 i = 0; i < _issuers.COUNT(); ++i) {
            address issuer = _issuers.issuerAt(i);
            IReserveRegistry.AnchorPreimage[] memory taken = _issuers.taken(issuer);
            for (uint256 k = 0; k < taken.length; ++k) {
                require(taken[k].entry.instant <= block.timestamp, "an instant in the future");
                uint64 before = k == 0 ? 0 : taken[k - 1].entry.instant;
                bool correction = taken[k].entry.supersedes != 0;
                require(correction ? taken[k].entry.instant == before : taken[k].entry.instant > before, "out of order");
                require(!correction || taken[k].entry.supersedes == k, "not the newest was corrected");
                uint64 correctedBy = _issuers.REGISTRY().supersededBy(issuer, uint64(k + 1));
                bool next = k + 1 < taken.length && taken[k + 1].entry.supersedes == k + 1;
                require(correctedBy == (next ? k + 2 : 0), "a correction is not told");
            }
        }
    }

    function _requireChained(address issuer) private view {
        ReserveRegistry registry = _issuers.REGISTRY();
        IReserveRegistry.AnchorPreimage[] memory taken = _issuers.taken(issuer);
        bytes32[] memory ids = _issuers.ids(issuer);
        bytes32 previous = 0;
        for (uint256 k = 0; k < taken.length; ++k) {
            require(taken[k].sequence == k + 1 && taken[k].previousId == previous, "the chain is broken");
            previous = keccak256(
                abi.encode(issuer, taken[k].sequence, taken[k].previousId, taken[k].entry, taken[k].totalsDigest)
            );
            require(ids[k] == previous, "the id does not bind the entry");
            require(registry.idAt(issuer, uint64(k + 1)) == previous, "an entry was altered");
        }
        (bytes32 id, uint64 sequence,,) = registry.head(issuer);
        require(id == previous && sequence == taken.length, "the head is not the newest");
        require(registry.idAt(issuer, sequence + 1) == 0 && registry.idAt(issuer, 0) == 0, "an entry out of nothing");
    }
}
