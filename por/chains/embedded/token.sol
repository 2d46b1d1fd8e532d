// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A token for demonstrations and tests: anyone may mint, so it is worth nothing.
contract ExampleToken {
    string public constant name = "Example Dollar";
    string public constant symbol = "EXD";
    uint8 public constant decimals = 6;

    uint256 public totalSupply; // slot 0
    mapping(address holder => uint256) public balanceOf; // slot 1
    mapping(address holder => mapping(address spender => uint256)) public allowance; // slot 2

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed holder, address indexed spender, uint256 value);

    function mint(address to, uint256 value) external {
        totalSupply += value;
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        return _move(msg.sender, to, value);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        allowance[from][msg.sender] -= value;
        return _move(from, to, value);
    }

    function _move(address from, address to, uint256 value) private returns (bool) {
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
        return true;
    }
}
