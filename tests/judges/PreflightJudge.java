import java.io.File;
import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.parser.PreflightParser;

/** PDFBox preflight judges whether files are PDF/A-1b: a line for each, "valid" or the errors found. */
public class PreflightJudge {
    public static void main(String[] names) throws Exception {
        for (String name : names) {
            PreflightParser parser = new PreflightParser(new File(name));
            parser.parse();
            try (PreflightDocument document = parser.getPreflightDocument()) {
                document.validate();
                ValidationResult result = document.getResult();
                StringBuilder said = new StringBuilder(result.isValid() ? "valid" : "invalid");
                for (ValidationResult.ValidationError error : result.getErrorsList()) {
                    said.append("; ").append(error.getErrorCode()).append(' ').append(error.getDetails());
                }
                System.out.println(said);
            }
        }
    }
}
