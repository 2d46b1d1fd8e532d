// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BlockHeader} from "@openzeppelin/contracts/utils/BlockHeader.sol";
import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {IChallenges} from "./interfaces/IChallenges.sol";
import {IEvmReserveProof} from "./interfaces/IEvmReserveProof.sol";
import {IReserveRegistry} from "./interfaces/IReserveRegistry.sol";
import {AnchorId} from "./lib/AnchorId.sol";
import {ReserveSet} from "./lib/ReserveSet.sol";
import {Rfc6962} from "./lib/Rfc6962.sol";
import {StateTrie} from "./lib/StateTrie.sol";

/// @title EvmReserveProof
/// @notice Compares claimed balances with the chain; all documentation is on the interface.
contract EvmReserveProof is IEvmReserveProof {
    /// @inheritdoc IEvmReserveProof
    IReserveRegistry public immutable REGISTRY;

    /// @inheritdoc IEvmReserveProof
    string public constant typeAndVersion = "EvmReserveProof 1.0.0 (unaudited)";

    /// @inheritdoc IChallenges
    mapping(bytes32 id => bool) public refuted;

    /// @dev Binds the contract to a registry for ever.
    constructor(IReserveRegistry registry) {
        REGISTRY = registry;
    }

    /// @inheritdoc IEvmReserveProof
    function refuteBalance(
        IReserveRegistry.AnchorPreimage calldata anchor,
        CoinClaim calldata claim,
        StateProof calldata proof
    ) external {
        bytes32 id = _requireUnrefuted(anchor);
        _requireClaimed(anchor.entry.reserveSetRoot, claim);
        bytes32 canonical = _canonicalHash(anchor.entry);
        bytes32 committed = anchor.entry.snapshotBlockHash;
        require(committed == canonical, NotCanonical(committed, canonical));
        uint256 balance = balanceAt(anchor.entry.snapshotBlock, claim.account, proof);
        require(balance < claim.amount, BalanceSuffices(balance, claim.amount));

        refuted[id] = true;

        emit BalanceRefuted(id, anchor.issuer, claim.account, claim.amount, balance);
    }

    /// @inheritdoc IEvmReserveProof
    function refuteBlock(IReserveRegistry.AnchorPreimage calldata anchor) external {
        bytes32 id = _requireUnrefuted(anchor);
        bytes32 canonical = _canonicalHash(anchor.entry);
        bytes32 committed = anchor.entry.snapshotBlockHash;
        require(committed != canonical, BlockAgrees(canonical));

        refuted[id] = true;

        emit BlockRefuted(id, anchor.issuer, anchor.entry.snapshotBlock, committed, canonical);
    }

    /// @inheritdoc IEvmReserveProof
    function balanceAt(uint256 number, address account, StateProof calldata proof)
        public
        view
        returns (uint256 balance)
    {
        bytes32 canonical = _requireInReach(number);
        bytes memory header = proof.header;
        require(keccak256(header) == canonical, NotCanonical(keccak256(header), canonical));
        return StateTrie.balanceOf(BlockHeader.getStateRoot(header), account, proof.nodes);
    }

    function _requireUnrefuted(IReserveRegistry.AnchorPreimage calldata anchor) private view returns (bytes32 id) {
        id = AnchorId.requireAnchored(REGISTRY, anchor);
        require(!refuted[id], AlreadyRefuted(id));
    }

    function _canonicalHash(IReserveRegistry.Anchor calldata entry) private view returns (bytes32) {
        require(entry.snapshotChainId == block.chainid, OtherChain(entry.snapshotChainId));
        return _requireInReach(entry.snapshotBlock);
    }

    function _requireInReach(uint256 number) private view returns (bytes32 hash) {
        hash = Blockhash.blockHash(number);
        require(hash != 0, BlockOutOfReach(number));
    }

    function _requireClaimed(bytes32 anchored, CoinClaim calldata claim) private view {
        string memory chain = string.concat("eip155:", Strings.toString(block.chainid));
        string memory account = string.concat(chain, ":", Strings.toHexString(claim.account));
        bytes memory coin = bytes(string.concat(chain, "/slip44:60"));
        bytes32 entry = ReserveSet.claimHash(bytes(account), coin, claim.amount);
        bytes32 implied = Rfc6962.impliedRoot(entry, claim.opening.position, claim.opening.count, claim.opening.path);
        require(implied == anchored, ClaimNotAnchored(implied, anchored));
    }
}
