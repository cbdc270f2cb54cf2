/** Secrets encrypted by the system's own store of passwords. It says where there is none, and then encrypts nothing. */
import { safeStorage } from 'electron';

export interface Vault {
  canEncrypt(): boolean;
  /** As text for a file. */
  encrypt(secret: string): string;
  /** Undefined for what this user on this computer cannot read. */
  decrypt(encrypted: string): string | undefined;
}

export const systemVault: Vault = {
  canEncrypt() {
    if (!safeStorage.isEncryptionAvailable()) return false;
    // Without a keyring some Electrons on Linux "encrypt" with a password that everybody knows; older ones refuse.
    const isOpen = process.platform === 'linux' && safeStorage.getSelectedStorageBackend?.() === 'basic_text';
    return !isOpen;
  },
  encrypt: (secret) => safeStorage.encryptString(secret).toString('base64'),
  decrypt(encrypted) {
    try {
      return safeStorage.decryptString(Buffer.from(encrypted, 'base64'));
    } catch {
      return undefined;
    }
  },
};
