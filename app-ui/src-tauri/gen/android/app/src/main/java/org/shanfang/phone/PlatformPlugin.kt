package org.shanfang.phone

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import app.tauri.annotation.Command
import app.tauri.annotation.InvokeArg
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Invoke
import app.tauri.plugin.Plugin
import java.security.KeyStore
import java.security.KeyStoreException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

private const val STORE = "AndroidKeyStore"
private const val NAME = "vault"
private const val CIPHER = "AES/GCM/NoPadding"
private const val NONCE_BYTES = 12
private const val TAG_BITS = 128

@InvokeArg
class Bytes {
  var bytes: IntArray = intArrayOf()
}

@InvokeArg
class Telephone {
  var number: String = ""
}

/**
 * The app's own requests of Android, called from Rust (src/platform.rs); the screens may not call them.
 *
 * The key never leaves the key store and needs no finger or face: the app's PIN is asked for in any case.
 * StrongBox is not asked for: on cheap phones it is missing or takes seconds.
 */
@TauriPlugin
class PlatformPlugin(private val activity: Activity) : Plugin(activity) {
  /** The nonce, then the sealed bytes. */
  @Command
  fun wrap(invoke: Invoke) = answer(invoke) { bytes ->
    val cipher = Cipher.getInstance(CIPHER)
    cipher.init(Cipher.ENCRYPT_MODE, key() ?: newKey())
    cipher.iv + cipher.doFinal(bytes)
  }

  @Command
  fun open(invoke: Invoke) = answer(invoke) { bytes ->
    val cipher = Cipher.getInstance(CIPHER)
    val key = key() ?: throw KeyStoreException("no key")
    cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, bytes, 0, NONCE_BYTES))
    cipher.doFinal(bytes, NONCE_BYTES, bytes.size - NONCE_BYTES)
  }

  @Command
  fun destroy(invoke: Invoke) = answer(invoke) {
    store().deleteEntry(NAME)
    byteArrayOf()
  }

  /** Shows a number in the dialler; a person presses the button, so no permission is needed. */
  @Command
  fun dial(invoke: Invoke) {
    try {
      val number = invoke.parseArgs(Telephone::class.java).number
      activity.startActivity(Intent(Intent.ACTION_DIAL, Uri.parse(number)))
      invoke.resolve()
    } catch (missing: ActivityNotFoundException) {
      invoke.reject("no dialler")
    }
  }

  private fun store(): KeyStore = KeyStore.getInstance(STORE).apply { load(null) }

  private fun key(): SecretKey? = store().getKey(NAME, null) as SecretKey?

  private fun newKey(): SecretKey {
    val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
    val wanted = KeyGenParameterSpec.Builder(NAME, purposes)
      .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
      .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
      .setKeySize(256)
      .build()
    return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).apply { init(wanted) }.generateKey()
  }

  /** Vendors' key stores throw what no signature names. Only the kind of fault is told on: no bytes. */
  private fun answer(invoke: Invoke, work: (ByteArray) -> ByteArray) {
    try {
      val given = invoke.parseArgs(Bytes::class.java).bytes
      val done = work(ByteArray(given.size) { given[it].toByte() })
      invoke.resolveObject(mapOf("bytes" to done.map { it.toInt() and 0xff }))
    } catch (fault: Exception) {
      invoke.reject("key store: ${fault.javaClass.simpleName}")
    }
  }
}
