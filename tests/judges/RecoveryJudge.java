import java.math.BigInteger;
import java.util.HexFormat;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.engines.RSAEngine;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.ISO9796d2Signer;

/**
 * Bouncy Castle plays a chip of active authentication: modulus secret-exponent public-exponent challenge, all in
 * hexadecimal. Prints, for each hash and once with the implicit trailer, `hash response`; then verifies the responses it
 * was given beyond those, as `hash:response`, and prints `holds` or `fails` for each.
 */
public class RecoveryJudge {
    public static void main(String[] args) throws Exception {
        BigInteger modulus = new BigInteger(args[0], 16);
        RSAKeyParameters secret = new RSAKeyParameters(true, modulus, new BigInteger(args[1], 16));
        RSAKeyParameters known = new RSAKeyParameters(false, modulus, new BigInteger(args[2], 16));
        byte[] challenge = HexFormat.of().parseHex(args[3]);
        for (String name : new String[] {"sha1", "sha224", "sha256", "sha384", "sha512", "implicit"}) {
            ISO9796d2Signer signer = signer(name);
            signer.init(true, secret);
            Digest digest = digest(name);
            int trailer = name.equals("implicit") ? 1 : 2;
            byte[] first = new byte[modulus.bitLength() / 8 - digest.getDigestSize() - trailer - 1];
            for (int n = 0; n < first.length; n++) {
                first[n] = (byte) (7 * n + 3);
            }
            signer.update(first, 0, first.length);
            signer.update(challenge, 0, challenge.length);
            System.out.println(name + " " + HexFormat.of().formatHex(signer.generateSignature()));
        }
        for (int n = 4; n < args.length; n++) {
            String[] parts = args[n].split(":");
            byte[] response = HexFormat.of().parseHex(parts[1]);
            ISO9796d2Signer signer = signer(parts[0]);
            signer.init(false, known);
            signer.updateWithRecoveredMessage(response);
            signer.update(challenge, 0, challenge.length);
            System.out.println(signer.verifySignature(response) ? "holds" : "fails");
        }
    }

    private static ISO9796d2Signer signer(String name) {
        return new ISO9796d2Signer(new RSAEngine(), digest(name), name.equals("implicit"));
    }

    private static Digest digest(String name) {
        return switch (name) {
            case "sha224" -> new SHA224Digest();
            case "sha256" -> new SHA256Digest();
            case "sha384" -> new SHA384Digest();
            case "sha512" -> new SHA512Digest();
            default -> new SHA1Digest();
        };
    }
}
