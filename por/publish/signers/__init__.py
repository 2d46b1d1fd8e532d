"""Sign digests with keys that live in files, the environment, contracts, a cloud's key service or a token.

`open_signer(spec)` takes where the key is, and never the key: a spec may stand in argv.

    file:PATH                          an encrypted key file: keystore version 3 (account) or EIP-2335 (BLS key)
    env:NAME                           an account's key as 64 hexadecimal digits in the environment, for CI
    contract:ADDRESS@CHAIN=SPEC        a contract (ERC-1271) whose owner, at SPEC, signs the digest itself
    contract:ADDRESS@CHAIN=hex:PATH    a contract's ready signature out of a file, where it wants another form
    aws-kms:KEY_ID                     an account's key in AWS KMS (extra `aws`)
    pkcs11:ATTRIBUTES                  an account's key in a token, as an RFC 7512 URI (extra `pkcs11`)

A password comes from the file that POR_PASSWORD_FILE names, from POR_PASSWORD, or from a prompt. Nothing that a signer
says of itself, in `name`, `repr` or an error, holds a secret.
"""

from por.publish.signers.opening import open_signer
from por.publish.signers.signer import AccountSigner, Signer

__all__ = ["AccountSigner", "Signer", "open_signer"]
