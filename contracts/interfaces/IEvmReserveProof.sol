// SPDX-License-Identifier: Apache-2.0
pragma solidity >=0.8.4;

import {IChallenges} from "./IChallenges.sol";
import {ILiabilityProofs} from "./ILiabilityProofs.sol";
import {IReserveRegistry} from "./IReserveRegistry.sol";

/// @title IEvmReserveProof
/// @notice Compares what an issuer claims to hold of this chain's own coin with the chain, at the block that the
/// issuer committed to, while the chain still knows that block's hash.
/// @dev Warning: the chain knows the hashes of the last 8,191 blocks (EIP-2935), and of the last 256 where it has no
/// history contract. An entry that was anchored later than that after its snapshot can never be refuted here.
/// @dev Warning: only the chain's own coin is compared, and only the chain on which this contract stands. Tokens,
/// staked coins and other chains are for attesters.
/// @dev Warning: a balance does not show whose it is, nor for how long.
/// @dev Warning: on chains whose `block.number` is another chain's, this contract is of no use.
interface IEvmReserveProof is IChallenges {
    /// @notice A claimed holding of this chain's own coin, and where it stands in the reserve set.
    /// @param amount The claimed amount in wei.
    /// @param opening Its place under the anchored reserve-set root.
    struct CoinClaim {
        address account;
        uint128 amount;
        ILiabilityProofs.Opening opening;
    }

    /// @notice A block's consensus encoding, and an account's proof in its state.
    /// @param header The RLP of the header.
    /// @param nodes The trie nodes from the state root down, as `eth_getProof` gives them in `accountProof`.
    struct StateProof {
        bytes header;
        bytes[] nodes;
    }

    /// @notice An account held less at the snapshot block than its issuer claimed.
    event BalanceRefuted(
        bytes32 indexed id, address indexed issuer, address indexed account, uint128 claimed, uint256 balance
    );

    /// @notice The chain has another block than the one that the issuer committed to.
    event BlockRefuted(bytes32 indexed id, address indexed issuer, uint64 number, bytes32 committed, bytes32 canonical);

    /// @notice Thrown when an entry's snapshot block is another chain's.
    error OtherChain(uint64 chainId);

    /// @notice Thrown when the chain does not know the block's hash, any more or yet.
    error BlockOutOfReach(uint256 number);

    /// @notice Thrown when the chain has another block with this number.
    error NotCanonical(bytes32 hash, bytes32 canonical);

    /// @notice Thrown when the chain has just the block that the issuer committed to.
    error BlockAgrees(bytes32 hash);

    /// @notice Thrown when the claim is not under the anchored reserve-set root.
    error ClaimNotAnchored(bytes32 implied, bytes32 anchored);

    /// @notice Thrown when the account held as much as was claimed, or more.
    error BalanceSuffices(uint256 balance, uint128 claimed);

    /// @notice Returns the registry whose entries are meant.
    function REGISTRY() external view returns (IReserveRegistry);

    /// @notice Names the contract and its version.
    function typeAndVersion() external view returns (string memory);

    /// @notice Computes what an account held after a block of this chain; 0 for an account that was not there.
    /// @dev Reverts with `StateTrie.InvalidAccountProof`, or OpenZeppelin's `RLPInvalidEncoding`, for nodes that do not
    /// lead from the header's state root to the account or to where it would be.
    function balanceAt(uint256 number, address account, StateProof calldata proof)
        external
        view
        returns (uint256 balance);

    /// @notice Shows that an account held less at the snapshot block than claimed, and marks the entry.
    /// @dev Warning: the amount that counts is the one of the single claim that is handed in.
    function refuteBalance(
        IReserveRegistry.AnchorPreimage calldata anchor,
        CoinClaim calldata claim,
        StateProof calldata proof
    ) external;

    /// @notice Shows that the chain has another block than the issuer committed to, and marks the entry.
    /// @dev Warning: an issuer who anchors a block before it is final can be refuted by a reorganisation.
    function refuteBlock(IReserveRegistry.AnchorPreimage calldata anchor) external;
}
